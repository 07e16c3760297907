import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { start } from "../support/cli.ts";

test("shows an exchange, takes commands, and ends with its input", async () => {
  await using running = start("playground", []);
  const { status, stdout } = await running.end("g greeting\nll\n");
  expect(stdout).toContain('8 nodes on this machine, network "playground"');
  expect(stdout).toMatch(
    / {2}put {3}greeting = "hello" +by node [0-9a-f]{4}… +stored on \d of \d other nodes +[\d.]+ ms\n/,
  );
  expect(stdout).toMatch(/ {2}get {3}greeting +by node [0-9a-f]{4}… +"hello" {2}\(first answer\) +[\d.]+ \w+\n/);
  expect(stdout).toMatch(/ {2}page {2}http:\/\/localhost:\d+\n/);
  expect(stdout).toContain("npx hashmere node --bootstrap bootstrap.jami.net:4222");
  expect(stdout).toMatch(/\tValue\[id:[0-9a-f]+ data\(text\/plain\):"hello"\]/);
  expect(status).toBe(0);
});

test("its node goes over to a proxy, as dhtnode does", async () => {
  await using running = start("playground", []);
  const [, port] = await running.until(/ {2}page {2}http:\/\/localhost:(\d+)/);
  const { stdout, stderr } = await running.end(`stt 127.0.0.1:${port}\ng greeting\n`);
  expect(stdout).toContain("Acting through the proxy.");
  expect(stdout).toMatch(/Value\[id:[0-9a-f]+ data\(text\/plain\):"hello"\]/);
  expect(stderr).toBe("");
});

test("with no input at all it shows the exchange and ends", async () => {
  await using running = start("playground", []);
  const { status, stdout } = await running.end();
  expect(stdout).toContain('"hello"  (first answer)');
  expect(status).toBe(0);
});

test("its page goes to another port where the usual one is taken, and it says so", async () => {
  const occupant = createServer().on("error", () => {}); // then somebody else is there already
  occupant.listen(8080, "127.0.0.1");
  await Promise.race([once(occupant, "listening"), once(occupant, "error")]);
  onTestFinished(() => void occupant.close());
  await using running = start("playground", []);
  const { status, stdout } = await running.end();
  expect(stdout).toMatch(/ {2}page {2}http:\/\/localhost:(?!8080)\d+ +port 8080 is taken by another program\n/);
  expect(status).toBe(0);
});
