import { Value } from "@hashmere/dht";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Running, start } from "../support/cli.ts";
import { NETWORK, startPeer, startTokenless } from "../support/network.ts";

const H_FOO = "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33";

let peer: Awaited<ReturnType<typeof startPeer>>;

beforeAll(async () => {
  peer = await startPeer();
});

afterAll(() => peer[Symbol.asyncDispose]());

function shell(...options: string[]): Running {
  return start("dhtnode", ["-b", `${peer.node.getBound()}`, "-n", `${NETWORK}`, ...options]);
}

/** What a script that writes these lines into dhtnode reads. */
async function session(lines: readonly string[]) {
  await using running = shell();
  return await running.end(`${lines.join("\n")}\n`);
}

describe("a session through a pipe", () => {
  test("begins with who the node is, repeats each line after the prompt, and ends well at the end of input", async () => {
    const { status, stdout, stderr } = await session(["p foo bar"]);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(`Bootstrap: ${peer.node.getBound()}`);
    expect(lines[1]).toMatch(/^OpenDHT node [0-9a-f]{40} running on (port \d+|IPv4 port \d+, IPv6 port \d+)$/);
    expect(lines.slice(2, 6)).toEqual([
      "Storage: 0 values, 0 B",
      "Local storage: 0 values, 0 B",
      "Ongoing operations: 0",
      " (type 'h' or 'help' for a list of possible commands)",
    ]);
    expect(lines.slice(6, 9)).toEqual(["", ">> p foo bar", `Using h(foo) = ${H_FOO}`]);
    expect(stdout).toContain("\nStopping node...\n");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("lets what is under way come to its end", async () => {
    const { stdout } = await session(["pp way bar", "g way WHERE value_type=0", "q way SELECT user_type", "x", "zork"]);
    expect(stdout).toMatch(/Put: success, took [\d.]+ \w+\. Value ID: [0-9a-f]{1,16}\n/);
    expect(stdout).toMatch(
      /Get: found 1 value\(s\) after .* \(total 1\)\n\tValue\[id:[0-9a-f]+ data\(text\/plain\):"bar"\]\n/,
    );
    expect(stdout).toMatch(/Get: completed, took .* \(total 1\)\n/);
    expect(stdout).toMatch(/Query: found field value index after .*\n\tIndex\[UserType:text\/plain\]\n/);
    expect(stdout).toMatch(/Query: completed, took .*\n/);
    expect(stdout).not.toContain("zork");
  });

  test("a value travels in both directions", async () => {
    await using running = shell();
    running.say("p there from-shell\n");
    await running.until(/Put: success/);
    const value = await peer.node.getFirst("there");
    expect(value?.text()).toBe("from-shell");
    await peer.node.put("here", new Value({ id: 0xabcn, data: Buffer.from([1, 2]) }));
    running.say("g here\n");
    await running.until(/\tValue\[id:abc data:0102\]/);
    await running.end("quit\n");
  });
});

describe("listening", () => {
  test("prints values, a token, and ends with cl", async () => {
    await using running = shell();
    running.say("l room\n");
    await running.until(/Listening, token: 1\n/);
    await peer.node.put("room", "first");
    await running.until(/Listen: found 1 values \(total 1\)\n\tValue\[id:[0-9a-f]+ data\(text\/plain\):"first"\]/);
    running.say("cl room 1\ncl room 1\n");
    await running.until(/Nothing listens at .* with token 1\./);
    expect((await running.end("exit\n")).status).toBe(0);
  });
});

describe("permanent puts", () => {
  test("end with cpp, which takes the id as it was printed", async () => {
    await using running = shell();
    running.say("pp keep me\n");
    const [, id] = await running.until(/Value ID: ([0-9a-f]+)/);
    running.say(`cpp keep ${id}\ncpp keep ${id}\n`);
    await running.until(/No value .* is being put/);
    expect(running.stderr.split("\n").filter((line) => line !== "")).toHaveLength(1);
  });
});

describe("looking inside", () => {
  test("ll, lr, ls, ld and la tell what the node knows, in the known words", async () => {
    const { stdout } = await session([
      "p foo bar",
      "g foo",
      "ll",
      "lr",
      "ls",
      `ls ${H_FOO}`,
      "ld",
      `ld ${H_FOO}`,
      "la",
    ]);
    expect(stdout).toMatch(
      /IPv4 stats:\nKnown nodes: \d+ good, \d+ dubious, \d+ incoming\.\n\d+ searches, \d+ total cached/,
    );
    expect(stdout).toMatch(/IPv4 routing table:\n0{40} count: \d+ updated: /);
    expect(stdout).toMatch(/Total: \d+ searches \(\d+ IPv4, \d+ IPv6\)\./);
    expect(stdout).toMatch(/Total \d+ storages, \d+ values/);
    expect(stdout).toContain("Reported public addresses:\n");
  });

  test("lb tells whom the node doesn't listen to any more, since when and why", async () => {
    await using tokenless = await startTokenless();
    await using running = start("dhtnode", ["-b", tokenless.address, "-n", `${NETWORK}`]);
    running.say("lb\n");
    await running.until(/>> lb\nNobody is blacklisted\.\n/);
    running.say("g foo\n");
    await running.until(/Get: failure/);
    const { stdout } = await running.end("lb\n");
    const address = tokenless.address.replaceAll(".", "\\.");
    expect(stdout).toMatch(
      new RegExp(
        `Not listened to until this node ends:\n\t${address}, since \\d{4}-.* UTC \\(.* ago\\): answered .*token`,
      ),
    );
  });

  test("log prints what the node does, until it is said again", async () => {
    await using running = shell();
    running.say("log\nb 127.0.0.1:1\ncc\n");
    await running.until(/^\[\d+\.\d{6}\] .+$/m);
    expect((await running.end("log\n")).status).toBe(0);
  });
});

describe("wrong lines", () => {
  test.each([
    ["zork", "Unknown command: zork\n (type 'h' or 'help' for a list of possible commands)\n"],
    ["rs token", "Unknown command: rs\n"],
  ])("%s is no command", async (line, answer) => {
    expect((await session([line])).stdout).toContain(`>> ${line}\n${answer}`);
  });

  test.each([
    ["g", "Syntax error: invalid InfoHash.\n"],
    ["p foo", "Syntax: p [key] [value]\n"],
    ["cl foo", "Syntax: cl [key] [token]\n"],
    ["cpp foo zz", "Syntax: cpp [key] [value id, hexadecimal]\n"],
    ["a foo 99999", "Syntax: a [key] [port]\n"],
    ["b", "No service provided. Syntax: b hostname:port\n"],
    ["b :x", '":x" is no address. Syntax: b hostname:port\n'],
    ["g foo WHERE zork=1", "Error parsing query. (WHERE) incorrect token near: zork\n"],
    [`g ${"0".repeat(40)}`, "the all-zero id is no key: use another one\n"],
  ])("%s is answered with the right form, and the session goes on", async (line, answer) => {
    const { status, stdout, stderr } = await session([line, "", "   ", "la"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: answer });
    expect(stdout).toContain("Reported public addresses:");
  });

  test("help names every command that there is, and none that is not", async () => {
    const { stdout } = await session(["help"]);
    const help = stdout.slice(stdout.indexOf("OpenDHT command line interface (CLI)\n"));
    const names = [...help.matchAll(/^ {2}([a-z, ]+?)(?= [<[]| {2})/gm)].flatMap(([, names = ""]) => names.split(", "));
    expect(names.map((name) => name.trim())).toEqual(
      "h help x quit exit log ll ls ld lr lb la b g q l cl p pp cpp a s e cc pst psx psp stt stp rp il ii".split(" "),
    );
  });
});

test("announces a service", async () => {
  expect((await session(["a service 80"])).stdout).toMatch(/Announce: success \(took .*\)\n/);
});
