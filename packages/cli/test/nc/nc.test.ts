// Whole programs, each in a process of its own, that find each other through a node on loopback.
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { generateEcIdentity } from "@hashmere/crypto";
import { ProxyServer } from "@hashmere/proxy";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { capturedIdentity } from "../../../connect/test/support/captured.ts";
import { type Running, start } from "../support/cli.ts";
import { startPeer } from "../support/network.ts";

const ALICE = "5e73573a262ffbc96cacf909944b688eb7f090155e9dcc557803363c8df42efe";
const BOB = "ea8ac1b06e3a46dd851fd7adcb3fb9f3ecc02d86711e70a8586c580e87dd83ad";
const BOB_SHORT = "05ba300c7596622dae9a1ef6223a3d8eeded4fed";

let folder: string;
let network: Awaited<ReturnType<typeof startPeer>>;
let service: Server;
let echo: string;
/** Speaks first, and waits. */
let greeter: Server;
let greeting: string;
let server: Running;

/** Options of one of the two, with a cache that is cold. */
async function as(name: "alice" | "bob"): Promise<string[]> {
  const cache = await mkdtemp(join(folder, "cache-"));
  return ["--identity", join(folder, name), "--cache", cache, "--loopback", ...network.join];
}

function portOf(listening: Server): number {
  const address = listening.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-nc-"));
  for (const name of ["alice", "bob"] as const) {
    const { key, certificate } = capturedIdentity(name);
    await writeFile(join(folder, `${name}.pem`), await key.serialize(), { mode: 0o600 });
    await writeFile(join(folder, `${name}.crt`), certificate.pem());
  }
  network = await startPeer();
  // Says what it was told, once it was told everything.
  service = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on("error", () => {});
    socket.end(await buffer(socket));
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  echo = `127.0.0.1:${portOf(service)}`;
  greeter = createServer((socket) => void socket.on("error", () => {}).write("welcome")).listen(0, "127.0.0.1");
  await once(greeter, "listening");
  greeting = `127.0.0.1:${portOf(greeter)}`;
  const offered = ["--allow", ALICE, "--service", echo, "--service", greeting, "--service", "127.0.0.1:1"];
  server = start("hashmere", ["nc", "--listen", ...(await as("bob")), ...offered]);
  await server.until(/it offers/);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
  service.close();
  greeter.close();
  await rm(folder, { recursive: true });
});

/** Runs a client to its end. */
async function client(args: readonly string[], input: string | Uint8Array = "") {
  await using running = start("hashmere", ["nc", ...args]);
  return await running.end(input);
}

describe("a client", () => {
  test("joins its input and output to the service, byte for byte, and ends with it", async () => {
    const sent = randomBytes(10 * 1024 * 1024);
    const { status, stdoutBytes, stderr } = await client([BOB, echo, ...(await as("alice"))], sent);
    expect([status, stderr]).toEqual([0, ""]);
    expect(createHash("sha256").update(stdoutBytes).digest("hex")).toBe(
      createHash("sha256").update(sent).digest("hex"),
    );
  });

  test("takes a name for the device", async () => {
    await mkdir(join(folder, "config", "hashmere"), { recursive: true });
    await writeFile(join(folder, "config", "hashmere", "devices"), `home ${BOB}\n`);
    const args = ["nc", "home", echo, ...(await as("alice"))];
    await using running = start("hashmere", args, { XDG_CONFIG_HOME: join(folder, "config") });
    expect(await running.end("hello")).toMatchObject({ status: 0, stdout: "hello" });
  });

  test("takes the short id too", async () => {
    const { status, stdout } = await client([BOB_SHORT, echo, ...(await as("alice"))], "hello");
    expect([status, stdout]).toEqual([0, "hello"]);
  });

  test("finds the device through a proxy where UDP is closed", async () => {
    await using proxy = await ProxyServer.open({ dht: network.node, port: 0, host: "127.0.0.1" });
    const cache = await mkdtemp(join(folder, "cache-"));
    const args = ["--identity", join(folder, "alice"), "--cache", cache, "--loopback", "--proxy", `${proxy.url}`];
    const { status, stdout, stderr } = await client([BOB, echo, ...args], "over HTTP");
    expect([status, stdout, stderr]).toEqual([0, "over HTTP", ""]);
  });

  test.each([
    ["a service that isn't offered", [BOB, "127.0.0.1:2"], 5, "ERR_DECLINED"],
    ["a service that is offered and doesn't run", [BOB, "127.0.0.1:1"], 5, "ERR_CLOSED_BY_PEER"],
    [
      "a device that nobody has heard of",
      [BOB.replace("e", "f"), "127.0.0.1:2", "--timeout", "3s"],
      4,
      "ERR_NO_CERTIFICATE",
    ],
  ])("is told about %s", async (_, args, status, code) => {
    const outcome = await client([...args, ...(await as("alice")), "--json"]);
    expect(outcome.status).toBe(status);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ error: { code } });
  });

  test("that isn't allowed is told so at once", async () => {
    // Any other identity will do: the one that is made at the first run.
    const args = ["--identity", join(folder, "stranger"), "--cache", join(folder, "stranger-cache"), "--loopback"];
    const { status, stderr } = await client([BOB, echo, ...args, ...network.join]);
    expect(status).toBe(5);
    expect(stderr).toMatch(/does not accept connections from this device/);
    expect((await stat(join(folder, "stranger.pem"))).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["no device", [], /Name the device/],
    ["an id of the wrong length", ["abc", "localhost:22"], /no id/],
    ["no service", [BOB], /Name a service/],
    ["a service without port", [BOB, "localhost"], /host:port/],
    ["a server that offers nothing", ["--listen"], /needs --service/],
  ])("that names %s is told what to do", async (_, args, message) => {
    const { status, stderr } = await client(args);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });

  test("whose own key nobody can encrypt for is told so, and blames no peer", async () => {
    const { key, certificate } = await generateEcIdentity("curve");
    await writeFile(join(folder, "curve.pem"), await key.serialize(), { mode: 0o600 });
    await writeFile(join(folder, "curve.crt"), certificate.pem());
    const { status, stderr } = await client([BOB, echo, "--identity", join(folder, "curve"), ...network.join]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("cert new")]);
  });

  test("of a server that is stopped in the middle doesn't take that for the service's end", async () => {
    const offered = ["--allow", BOB, "--service", greeting];
    await using stopped = start("hashmere", ["nc", "--listen", ...(await as("alice")), ...offered]);
    await stopped.until(/it offers/);
    await using running = start("hashmere", ["nc", ALICE, greeting, ...(await as("bob"))]);
    await running.until(/welcome/);
    stopped.process.kill("SIGINT");
    expect(await running.outcome()).toMatchObject({ status: 5, stdout: "welcome" });
    expect((await stopped.outcome()).status).toBe(130);
  });

  test("that uses a relay tells nobody the password for it", async () => {
    const file = join(folder, "turn-password");
    await writeFile(file, "hush hush\n");
    // Nobody listens there, which is told.
    const relay = ["--turn", "127.0.0.1:1", "--turn-user", "me", "--turn-password-file", file];
    const { status, stdout, stderr } = await client([BOB, echo, ...relay, "-v", ...(await as("alice"))], "hello");
    expect([status, stdout]).toEqual([0, "hello"]);
    expect(stderr).not.toBe("");
    expect(stderr).not.toContain("hush");
  });

  test("that is interrupted ends the connection, and says so", async () => {
    const served = once(greeter, "connection");
    await using running = start("hashmere", ["nc", BOB, greeting, ...(await as("alice"))]);
    const [socket]: Socket[] = await served;
    await running.until(/welcome/);
    const closed = once(socket ?? greeter, "close"); // the service is told, though it says nothing itself
    running.process.kill("SIGINT");
    expect((await running.outcome()).status).toBe(130);
    await closed;
  });

  test("that is killed leaves no connection open at the service", async () => {
    const served = once(greeter, "connection");
    await using running = start("hashmere", ["nc", BOB, greeting, ...(await as("alice"))]);
    const [socket]: Socket[] = await served;
    await running.until(/welcome/);
    const closed = once(socket ?? greeter, "close");
    running.process.kill("SIGKILL");
    await closed;
  });
});

describe("local ports", () => {
  /** Sends something, ends, and reads the answer. */
  async function ask(socket: Socket, question: string): Promise<string> {
    socket.end(question);
    return `${await buffer(socket)}`;
  }

  test("lead to the service, several connections at a time", async () => {
    await using running = start("hashmere", ["nc", BOB, "-L", `0:${echo}`, ...(await as("alice"))]);
    const [, port] = await running.until(/127\.0\.0\.1:(\d+) leads to/);
    const answers = await Promise.all(["a", "b", "c"].map((text) => ask(connect(Number(port), "127.0.0.1"), text)));
    expect(answers).toEqual(["a", "b", "c"]);
    running.process.kill("SIGTERM");
    expect((await running.outcome()).status).toBe(130);
  });

  test("are a SOCKS proxy into the other network", async () => {
    await using running = start("hashmere", ["nc", BOB, "-D", "0", ...(await as("alice"))]);
    const [, port] = await running.until(/127\.0\.0\.1:(\d+) is a SOCKS proxy/);
    const socket = connect(Number(port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.write(Uint8Array.of(5, 1, 0));
    expect([...(await once(socket, "data"))[0]]).toEqual([5, 0]);
    socket.write(Uint8Array.of(5, 1, 0, 1, 127, 0, 0, 1, portOf(service) >> 8, portOf(service) & 0xff));
    expect((await once(socket, "data"))[0][1]).toBe(0);
    expect(await ask(socket, "through the proxy")).toBe("through the proxy");
  });

  test("tell a SOCKS client what isn't offered there", async () => {
    await using running = start("hashmere", ["nc", BOB, "-D", "0", ...(await as("alice"))]);
    const [, port] = await running.until(/127\.0\.0\.1:(\d+) is a SOCKS proxy/);
    const socket = connect(Number(port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.write(Uint8Array.of(5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, 0, 2));
    expect([...(await buffer(socket))].slice(0, 4)).toEqual([5, 0, 5, 2]);
  });

  test("that are taken are told", async () => {
    const args = ["nc", BOB, "-L", `${portOf(service)}:${echo}`, ...(await as("alice"))];
    await using running = start("hashmere", args);
    expect(await running.outcome()).toMatchObject({ status: 2, stderr: expect.stringMatching(/can't be listened on/) });
  });
});

test("the ids of a device are printed, the long one first", async () => {
  const { status, stdout } = await client(["--print-id", "--identity", join(folder, "bob")]);
  expect([status, stdout]).toEqual([0, `${BOB}\n${BOB_SHORT}\n`]);
});
