import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Float, Server } from "@hashmere/kademlia";
import { afterAll, beforeAll, describe, test } from "vitest";
import { hashmere, start } from "../support/cli.ts";
import { kademlia } from "./in-process.ts";

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

describe.concurrent("kademlia set and get", () => {
  test("carry text, and nothing but it comes to standard output", async ({ expect }) => {
    const set = await hashmere(["kademlia", "set", "one", "hi there", "--bootstrap", place]);
    expect(set).toMatchObject({
      status: 0,
      stdout: "",
      stderr: expect.stringMatching(/^stored on (\d+) of \1 nodes?\n$/),
    });
    expect(await hashmere(["kademlia", "get", "one", "-b", place])).toMatchObject({
      status: 0,
      stdout: "hi there",
      stderr: "",
    });
    expect(await server.get("one")).toMatchObject({ value: "hi there" });
  });

  test("carry any bytes from standard input", async ({ expect }) => {
    const bytes = Buffer.concat([Buffer.of(0xff), randomBytes(1_000)]);
    expect(await hashmere(["kademlia", "set", "bytes", "-", "-b", place], bytes)).toMatchObject({ status: 0 });
    expect((await kademlia("get", "bytes", "-b", place)).stdoutBytes.equals(bytes)).toBe(true);
  });

  test("show values of other kinds as Python does, and as JSON", async ({ expect }) => {
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

  test("take the network before the command as well as behind it", async ({ expect }) => {
    expect(await kademlia("-b", place, "--port", "0", "set", "before", "x")).toMatchObject({ status: 0 });
    expect(await kademlia(`--bootstrap=${place}`, "get", "before", "--json")).toMatchObject({ status: 0 });
    expect(await kademlia("-b", "127.0.0.1:9", "-p", "0", "get", "before", "-b", place)).toMatchObject({ stdout: "x" });
  });

  test.for([
    ["no value", 4, ["get", "nothing"], /^no value at "nothing" \(asked \d+ nodes?\)\n$/],
    ["a value that is too large", 1, ["set", "one", "x".repeat(8_138)], /8140 fit into one request/],
  ] as const)("say by text and exit status: %s", async ([, status, args, text], { expect }) => {
    expect(await kademlia(...args, "-b", place)).toMatchObject({
      status,
      stdout: "",
      stderr: expect.stringMatching(text),
    });
  });

  test.for([
    ["no network named", 1, ["get", "one"], /Name a node of it with --bootstrap/],
    ["a network that is none", 1, ["get", "one", "-b", "::::"], /host:port/],
    ["a silent network", 3, ["get", "one", "-b", "127.0.0.1:9"], /no answer from 127\.0\.0\.1:9/],
    ["a silent network, and no time", 6, ["set", "a", "b", "-b", "127.0.0.1:9", "-t", "50ms"], /--timeout/],
  ] as const)("say by text and exit status: %s", async ([, status, args, text], { expect }) => {
    expect(await kademlia(...args)).toMatchObject({ status, stdout: "", stderr: expect.stringMatching(text) });
  });
});

describe.concurrent("kademlia", () => {
  test("runs a server with a web face that others can join, until it is interrupted", async ({ expect }) => {
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

  test("keeps its state in a file, and goes on from there", async ({ expect }) => {
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

  test("says which port it could not have", async ({ expect }) => {
    const [host = "", port = ""] = place.split(":");
    expect(await kademlia("--port", port, "-i", host)).toMatchObject({ status: 2 });
  });

  test("tells that nobody answers, and tries again", async () => {
    await using running = start("hashmere", ["kademlia", "-p", "0", "-i", "127.0.0.1", "-b", "127.0.0.1:9"]);
    await running.until(/no answer from 127\.0\.0\.1:9\. .*Trying again in \d+ s/);
  });
});
