import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Float, Server } from "@hashmere/kademlia";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashmere, start } from "../support/cli.ts";

let server: Server;
let place: string;
let directory: string;

beforeAll(async () => {
  server = new Server();
  place = `127.0.0.1:${await server.listen(0, "127.0.0.1")}`;
  directory = await mkdtemp(join(tmpdir(), "hashmere-kademlia-"));
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const kademlia = (...args: readonly string[]) => hashmere(["kademlia", ...args]);

describe("kademlia set and get", () => {
  test("carry text, and nothing but it comes to standard output", async () => {
    const set = await kademlia("set", "one", "hi there", "--bootstrap", place);
    expect(set).toEqual(expect.objectContaining({ status: 0, stdout: "", stderr: "stored on 1 of 1 node\n" }));
    expect(await kademlia("get", "one", "-b", place)).toMatchObject({ status: 0, stdout: "hi there", stderr: "" });
    expect(await server.get("one")).toMatchObject({ value: "hi there" });
  });

  test("carry any bytes from standard input", async () => {
    const bytes = Buffer.concat([Buffer.of(0xff), randomBytes(1_000)]);
    expect(await hashmere(["kademlia", "set", "bytes", "-", "-b", place], bytes)).toMatchObject({ status: 0 });
    expect((await kademlia("get", "bytes", "-b", place)).stdoutBytes.equals(bytes)).toBe(true);
  });

  test("show values of other kinds as Python does, and as JSON", async () => {
    await using other = new Server();
    await other.listen(0, "127.0.0.1");
    await other.bootstrap([place]);
    for (const [value, text, json] of [
      [new Float(1), "1.0", 1],
      [true, "True", true],
      [2n ** 64n - 1n, "18446744073709551615", "18446744073709551615"],
      [Uint8Array.of(1, 2), "\u0001\u0002", { $bin: "0102" }],
    ] as const) {
      await other.set("kind", value);
      expect(await kademlia("get", "kind", "-b", place)).toMatchObject({ stdout: text });
      expect(JSON.parse((await kademlia("get", "kind", "-b", place, "--json")).stdout)).toMatchObject({ value: json });
    }
  });

  test("say what went wrong by text and exit status", async () => {
    expect(await kademlia("get", "nothing", "-b", place)).toMatchObject({
      status: 4,
      stdout: "",
      stderr: expect.stringMatching(/^no value at "nothing" \(asked \d+ nodes?\)\n$/),
    });
    expect(await kademlia("get", "one")).toMatchObject({ status: 1 });
    expect(await kademlia("get", "one", "-b", "127.0.0.1:9")).toMatchObject({ status: 3 });
    expect(await kademlia("set", "one", "x".repeat(8_138), "-b", place)).toMatchObject({ status: 1 });
    expect(await kademlia("get", "one", "-b", "::::")).toMatchObject({ status: 1 });
    expect(await kademlia("--port", place.split(":")[1] ?? "", "-i", "127.0.0.1")).toMatchObject({ status: 2 });
  });
});

describe("kademlia", () => {
  test("runs a server with a web face that others can join, until it is interrupted", async () => {
    await using first = start("hashmere", ["kademlia", "--port", "0", "-i", "127.0.0.1", "--web", "127.0.0.1:0"]);
    const [, port = ""] = await first.until(/listening on UDP 127\.0\.0\.1 port (\d+)/);
    const [, web = ""] = await first.until(/web server at (\S+)/);
    await using second = start("hashmere", [
      "kademlia",
      "-p",
      "0",
      "-i",
      "127.0.0.1",
      "-b",
      `127.0.0.1:${port}`,
      place,
    ]);
    await second.until(/joined the network/);
    await first.until(/joined the network/);
    const posted = await fetch(`${web}dht/one?wait=1`, { method: "POST", body: "hi there" });
    expect([posted.status, await posted.text()]).toEqual([200, "hi there"]);
    expect(await (await fetch(`${web}dht/one`)).text()).toBe("hi there");
    expect(await kademlia("get", "one", "-b", `127.0.0.1:${port}`)).toMatchObject({ stdout: "hi there" });
    first.process.kill("SIGINT");
    expect(await first.outcome()).toMatchObject({ status: 0 });
  });

  test("keeps its state in a file, and goes on from there", async () => {
    const file = join(directory, "state.json");
    const run = async () => {
      await using running = start("hashmere", ["kademlia", "-p", "0", "-i", "127.0.0.1", "--state", file, "-b", place]);
      const [, id] = await running.until(/, id ([0-9a-f]{40})/);
      await running.until(/joined the network/);
      running.process.kill("SIGTERM");
      await running.outcome();
      return id;
    };
    const id = await run();
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ id });
    expect(await run()).toBe(id);
  });

  test("tells that nobody answers, and tries again", async () => {
    await using running = start("hashmere", ["kademlia", "-p", "0", "-i", "127.0.0.1", "-b", "127.0.0.1:9"]);
    await running.until(/no answer from 127\.0\.0\.1:9\. .*Trying again in \d+ s/);
  });
});
