import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Value } from "@hashmere/dht";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashmere, start } from "../support/cli.ts";
import { NETWORK, startPeer, startRefusing, startSilence } from "../support/network.ts";

let peer: Awaited<ReturnType<typeof startPeer>>;
let directory: string;

beforeAll(async () => {
  peer = await startPeer();
  directory = await mkdtemp(join(tmpdir(), "hashmere-"));
});

afterAll(async () => {
  await peer[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

describe("put and get", () => {
  test("carry any bytes from standard input to standard output, and nothing else", async () => {
    const bytes = randomBytes(20_000);
    const put = await hashmere(["put", "bytes", "-", ...peer.join], bytes);
    expect(put).toMatchObject({ status: 0, stdout: "" });
    expect(put.stderr).toMatch(/^stored on 1 of 1 node \(value id [0-9a-f]+, .*\)\n$/);
    const got = await hashmere(["get", "bytes", ...peer.join]);
    expect(got).toMatchObject({ status: 0, stderr: "" });
    expect(got.stdoutBytes.equals(bytes)).toBe(true);
  });

  test("take a file, an id, a type, a user type and a priority", async () => {
    const file = join(directory, "value");
    await writeFile(file, "from a file");
    const options = ["--id", "abc", "--type", "3", "--user-type", "text/x", "--priority", "2", "--json"];
    const put = await hashmere(["put", "file", "--file", file, ...options, ...peer.join]);
    expect(JSON.parse(put.stdout)).toEqual({ id: "2748", asked: 1, acknowledged: 1, refused: 0 });
    const got = await hashmere(["get", "file", "--json", ...peer.join]);
    expect(Value.fromJSON(JSON.parse(got.stdout))).toMatchObject({
      id: 0xabcn,
      type: 3,
      userType: "text/x",
      priority: 2,
    });
  });

  test("put a line break between two values in a pipe", async () => {
    await peer.node.put("two", new Value({ id: 1n, data: Buffer.from("a") }));
    await peer.node.put("two", new Value({ id: 2n, data: Buffer.from("b") }));
    expect((await hashmere(["get", "two", ...peer.join])).stdout.split("\n").toSorted()).toEqual(["a", "b"]);
    expect((await hashmere(["get", "two", "--where", "id=2", ...peer.join])).stdout).toBe("b");
    expect((await hashmere(["get", "two", "--first", ...peer.join])).stdout).toMatch(/^[ab]$/);
  });

  test("keep a permanent value until Ctrl-C", async () => {
    await using running = start("hashmere", ["put", "permanent", "here", "--permanent", ...peer.join]);
    await running.until(/keeping it alive/);
    running.process.kill("SIGINT");
    expect((await running.outcome()).status).toBe(130);
  });

  test("refuse what no node would take", async () => {
    const { status, stderr } = await hashmere(["put", "large", "-", ...peer.join], randomBytes(65_537));
    expect(status).toBe(1);
    expect(stderr).toContain("65537 bytes");
  });
});

describe("query", () => {
  test("prints the fields selected, or all of them", async () => {
    await peer.node.put("fields", new Value({ id: 5n, data: Buffer.from("a"), userType: "x" }));
    const selected = await hashmere(["query", "fields", "SELECT id,user_type", ...peer.join]);
    expect(JSON.parse(selected.stdout)).toEqual({ id: "5", userType: "x" });
    const all = await hashmere(["query", "fields", ...peer.join]);
    expect(JSON.parse(all.stdout)).toMatchObject({ id: "5", valueType: 0, seq: 0, userType: "x" });
  });
});

describe("listen", () => {
  test("prints what appears, until it has seen enough", async () => {
    await using running = start("hashmere", ["listen", "room", "--count", "1", ...peer.join]);
    await running.until(/listening at "room"/);
    await peer.node.put("room", new Value({ id: 7n, data: Buffer.from("hi"), userType: "text/plain" }));
    expect(await running.outcome()).toMatchObject({
      status: 0,
      stdout: '+ Value[id:7 data(text/plain):"hi"]\n',
    });
  });

  test("shows control characters of strangers, and doesn't obey them", async () => {
    await peer.node.put("evil", new Value({ id: 1n, data: Buffer.from("\u001b[2J\n"), userType: "text/plain" }));
    const { stdout } = await hashmere(["listen", "evil", "--count", "1", ...peer.join]);
    expect(stdout).toBe('+ Value[id:1 data(text/plain):"\\x1b[2J\\n"]\n');
  });

  test("is not ended by --timeout, but by --for and Ctrl-C", async () => {
    const ended = await hashmere(["listen", "nowhere", "--for", "100ms", ...peer.join]);
    expect(ended.status).toBe(0);
    await using running = start("hashmere", ["listen", "nowhere", ...peer.join]);
    await running.until(/listening/);
    running.process.kill("SIGINT");
    expect((await running.outcome()).status).toBe(130);
  });
});

describe("ping", () => {
  test("tells that a node answers", async () => {
    const { status, stdout } = await hashmere(["ping", `${peer.node.getBound()}`, ...peer.join.slice(2)]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^127.0.0.1:\d+ answered in .*\n$/),
    });
  });

  test("and that none does", async () => {
    await using silence = await startSilence();
    const { status, stderr } = await hashmere(["ping", `127.0.0.1:${silence.port}`, "--timeout", "100ms"]);
    expect(status).toBe(3);
    expect(stderr).toContain("no answer from");
  });
});

describe("what goes wrong", () => {
  test("a put that is refused: status 5, and what the other node said", async () => {
    await using refusing = await startRefusing();
    const { status, stderr } = await hashmere(["put", "x", "y", "-b", refusing.address, "-n", `${NETWORK}`]);
    expect(status).toBe(5);
    expect(stderr).toMatch(/^1 of 1 node refused the value/);
    expect(stderr).toContain(`the node at ${refusing.address} refused a put with error 203: "full"`);
  });

  test("a port in use in one family is told of", async () => {
    const other = createSocket("udp4").bind(0);
    await once(other, "listening");
    const { port } = other.address();
    const { stderr } = await hashmere(["get", "x", "-p", `${port}`, "-b", "[::1]:1", "--timeout", "500ms"]);
    other.close();
    expect(stderr).toMatch(new RegExp(`^goes without IPv4: can't open UDP 0\\.0\\.0\\.0:${port}: .*EADDRINUSE`, "m"));
  });

  test("nothing found: status 4, in three sentences", async () => {
    const { status, stdout, stderr } = await hashmere(["get", "nothing", ...peer.join]);
    expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
    expect(stderr).toMatch(/^no value at "nothing" \(asked 1 node in .*\)\nNone has been put there.*\. Check /);
  });

  test("no network: status 3, as JSON where that is wanted", async () => {
    await using silence = await startSilence();
    const join = ["--bootstrap", `127.0.0.1:${silence.port}`, "--timeout", "200ms"];
    const { status, stdout } = await hashmere(["get", "x", "--json", ...join]);
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: "ERR_NO_NETWORK", message: expect.stringContaining("no answer"), hint: expect.any(String) },
    });
  });

  test("a port in use: status 2", async () => {
    await using silence = await startSilence();
    const { status, stderr } = await hashmere(["get", "x", "--port", `${silence.port}`, ...peer.join]);
    expect(status).toBe(2);
    expect(stderr).toContain("--port");
  });

  test("a file that isn't there: status 2", async () => {
    expect((await hashmere(["put", "x", "--file", join(directory, "none")])).status).toBe(2);
  });

  test.each([
    [["get"], "missing required argument"],
    [["get", "x", "--zork"], "unknown option '--zork'"],
    [["zork"], "unknown command 'zork'"],
    [["put", "x"], "nothing to put"],
    [["put", "x", "a", "--file", "b"], "can't both be the value"],
    [["get", "x", "--where", "zork=1"], "zork"],
    [["get", "x", "--bootstrap", "a:99999"], "host:port"],
    [["get", "x", "--timeout", "soon"], "5s"],
  ])("wrong use, %j: status 1", async (args, message) => {
    const { status, stdout, stderr } = await hashmere(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("wrong use is told as JSON too", async () => {
    const { status, stdout } = await hashmere(["get", "--json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ERR_WRONG_USE" } });
  });
});
