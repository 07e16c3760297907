import { expect, test } from "vitest";
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

test("with no input at all it shows the exchange and ends", async () => {
  await using running = start("playground", []);
  const { status, stdout } = await running.end();
  expect(stdout).toContain('"hello"  (first answer)');
  expect(status).toBe(0);
});
