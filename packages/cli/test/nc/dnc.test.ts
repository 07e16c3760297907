// The drop-in with its configuration files, two processes on loopback.
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { DhtRunner } from "@hashmere/dht";
import { afterAll, beforeAll, expect, test } from "vitest";
import { captured } from "../../../connect/test/support/captured.ts";
import { type Running, start } from "../support/cli.ts";

const { alice, bob } = captured.identities;

let folder: string;
let boot: DhtRunner;
let service: Server;
let port: number;
let server: Running;

/** Writes the configuration of one of the two, in the form of dhtnet-crtmgr's. */
async function configure(name: "alice" | "bob", more = ""): Promise<string> {
  const { private_key_pem, certificate_chain_pem } = captured.identities[name];
  const file = (kind: string) => join(folder, `${name}.${kind}`);
  await writeFile(file("pem"), private_key_pem, { mode: 0o600 });
  await writeFile(file("crt"), certificate_chain_pem);
  const settings = [`bootstrap: "${boot.getBound()}"`, `certificate: ${file("crt")}`, `privateKey: ${file("pem")}`];
  await writeFile(file("yaml"), `${settings.join("\n")}\nenable_upnp: false\n${more}`);
  return file("yaml");
}

function dnc(args: readonly string[], cache: string): Running {
  return start("dnc", [...args, "--loopback"], { DHTNET_CACHE_DIR: join(folder, cache) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-dnc-"));
  boot = await DhtRunner.run({ bind4: "127.0.0.1", bind6: null });
  service = createServer((socket) => void socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(service, "listening");
  const address = service.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  const listed = `anonymous: true\nauthorized_services:\n  - ip: 127.0.0.1\n    port: ${port}\n`;
  server = dnc(["-l", "-d", await configure("bob", listed)], "server");
  await server.until(/it offers/);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await boot.join();
  service.close();
  await rm(folder, { recursive: true });
});

test("a client reaches the service that its file names, with nothing but data on its output", async () => {
  const config = await configure("alice", `ip: 127.0.0.1\nport: ${port}\n`);
  await using client = dnc(["-d", config, bob.device_id], "client");
  expect(await client.end("hello")).toMatchObject({ status: 0, stdout: "hello", stderr: "" });
  // Where the original keeps it, under the name that it uses.
  expect(await readdir(join(folder, "client", "certStore", "certificates"))).toEqual([bob.device_id]);
});

test("the command line wins over the file", async () => {
  const config = await configure("alice", "ip: 127.0.0.1\nport: 1\n");
  await using client = dnc(["-d", config, "-P", `${port}`, bob.short_id], "client");
  expect(await client.end("again")).toMatchObject({ status: 0, stdout: "again" });
});

test("a service that isn't listed is declined", async () => {
  await using client = dnc(
    ["-d", await configure("alice"), "-i", "localhost", "-P", `${port}`, bob.device_id],
    "client",
  );
  const { status, stdout, stderr } = await client.end();
  expect([status, stdout]).toEqual([5, ""]);
  expect(stderr).toMatch(/doesn't accept the channel/);
});

test("a stranger is refused by a server that isn't anonymous", async () => {
  const config = await configure("alice", `authorized_services: [{ip: 127.0.0.1, port: ${port}}]\n`);
  await using reserved = dnc(["-l", "-d", config], "reserved");
  await reserved.until(/devices of our own authority/);
  const own = await configure("bob");
  await using client = dnc(["-d", own, "-P", `${port}`, alice.device_id], "stranger");
  expect(await client.end()).toMatchObject({ status: 5, stderr: expect.stringMatching(/does not accept/) });
});

test("a stranger who is allowed by his id gets in", async () => {
  const config = await configure("alice", `authorized_services: [{ip: 127.0.0.1, port: ${port}}]\n`);
  await using reserved = dnc(["-l", "-d", config, "--allow", bob.device_id], "reserved");
  await reserved.until(/it offers/);
  await using client = dnc(["-d", await configure("bob"), "-P", `${port}`, alice.device_id], "stranger");
  expect(await client.end("let me in")).toMatchObject({ status: 0, stdout: "let me in" });
});

test.each([
  ["no peer", [], /Missing peer_id/],
  ["an id of 63 digits", [bob.device_id.slice(1)], /no id/],
  ["a key without certificate", ["-p", "key.pem", bob.device_id], /give -c and -p/],
  ["a server that offers nothing", ["-l"], /authorized_services/],
  ["a local port that leads nowhere", ["-L", "nowhere", bob.device_id], /\[host:\]port:host:port/],
  ["somebody allowed who has no id", ["-l", "--allow", "alice"], /64 hexadecimal digits/],
])("%s is told at once", async (_, args, message) => {
  await using running = dnc(args, "client");
  expect(await running.end()).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(message) });
});

test("once -v is the version, twice is talk", async () => {
  await using version = dnc(["-v"], "client");
  expect((await version.end()).stdout).toMatch(/^dnc v1\.0\n/);
  await using talk = dnc(["-vv", "-d", await configure("alice"), "-P", `${port}`, bob.device_id], "client");
  const { stdout, stderr } = await talk.end("loud");
  expect(stdout).toBe("loud");
  expect(stderr).not.toBe("");
});

test("local ports lead to services, several connections at a time", async () => {
  const config = await configure("alice", `ip: 127.0.0.1\nport: ${port}\n`);
  await using client = dnc(["-d", config, "-L", `0:127.0.0.1:${port}`, "-D", "0", bob.device_id], "client");
  const [, forwarded] = await client.until(/127\.0\.0\.1:(\d+) leads to/);
  await client.until(/127\.0\.0\.1:\d+ is a SOCKS proxy/);
  const answers = ["a", "b", "c"].map(async (text) => {
    const socket = connect(Number(forwarded), "127.0.0.1");
    socket.end(text);
    return `${await buffer(socket)}`;
  });
  expect(await Promise.all(answers)).toEqual(["a", "b", "c"]);
});

test("the help tells the exit statuses, and how it was called", async () => {
  await using help = dnc(["--help"], "client");
  const { status, stdout } = await help.end("");
  expect(status).toBe(0);
  expect(stdout).toContain("Exit status: 3 no network");
  expect(stdout).toMatch(/^Usage: dnc \[options\]/);
  await using longer = start("hashmere", ["dnc", "--help"]);
  expect((await longer.end("")).stdout).toMatch(/^Usage: hashmere dnc \[options\]/);
});
