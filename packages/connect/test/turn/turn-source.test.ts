import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@hashmere/dht";
import { expect, test } from "vitest";
import type { GatherContext, IceDescription, LocalCandidate } from "../../src/ice/index.ts";
import { StunMethod } from "../../src/stun/index.ts";
import { parseTurnHost, TurnCache, TurnSource } from "../../src/turn/index.ts";
import { RELAYED, ScriptedTurnServer, USER } from "./scripted-turn-server.ts";

function gathering() {
  const added: LocalCandidate[] = [];
  const failures: Error[] = [];
  const end = new AbortController();
  const remote = Promise.withResolvers<IceDescription>();
  const context: GatherContext = {
    signal: end.signal,
    log: silentLogger,
    remote: remote.promise,
    add: (candidate) => added.push(candidate),
    failed: (reason) => failures.push(reason),
  };
  return { context, added, failures, end, remote };
}

test("a relayed candidate is offered, and the peer's addresses get permission once they are known", async () => {
  await using server = await ScriptedTurnServer.listen();
  server.script = (request) => (request.has(0x17) ? server.refuse(request, 440) : undefined);
  const { context, added, failures, end, remote } = gathering();
  await new TurnSource(USER, async () => [server.address]).gather(context);
  expect(added).toMatchObject([{ transport: "tcp", type: "relay", tcpType: "passive", address: RELAYED }]);
  expect(failures).toEqual([]); // no IPv6 relay, but an IPv4 one
  const address = { address: "198.51.100.9", port: 9, family: 4 } as const;
  const candidate = { foundation: "1", component: 1, transport: "tcp", priority: 1, address, type: "host" } as const;
  remote.resolve({ ufrag: "u", pwd: "p", candidates: [{ ...candidate, extensions: new Map() }] });
  await expect.poll(() => server.methods()).toContain(StunMethod.CREATE_PERMISSION);
  end.abort();
});

test("a server that fails is told of, and nothing is thrown", async () => {
  await using server = await ScriptedTurnServer.listen();
  const { context, added, failures } = gathering();
  await new TurnSource({ ...USER, password: "wrong" }, async () => [server.address]).gather(context);
  await new TurnSource(USER, async () => []).gather(context);
  expect(added).toEqual([]);
  expect(failures.map(({ message }) => message)).toEqual([
    "the TURN server refused: 401 No",
    'the TURN server "127.0.0.1" has no address',
  ]);
});

test("the end of the session gives the allocation back", async () => {
  await using server = await ScriptedTurnServer.listen();
  const { context, end } = gathering();
  await new TurnSource(USER, async () => [server.address]).gather(context);
  end.abort();
  await expect.poll(() => server.methods()).toContain(StunMethod.REFRESH);
});

test("the cache offers an address once an allocation there has worked", async () => {
  await using server = await ScriptedTurnServer.listen();
  const cache = new TurnCache();
  const configured = { ...USER, port: server.address.port };
  cache.configure(configured);
  cache.configure(configured);
  await expect.poll(() => cache.addresses()).toEqual([server.address]);
  expect(await cache.resolve(configured, AbortSignal.timeout(10_000))).toEqual([server.address]);
  cache.configure(undefined);
  expect(cache.addresses()).toEqual([]);
  cache.close();
});

test("an address that has worked is kept in a file, and used when the name service fails", async () => {
  await using server = await ScriptedTurnServer.listen();
  const folder = await mkdtemp(join(tmpdir(), "turn-"));
  try {
    const cache = new TurnCache(folder);
    cache.configure({ ...USER, host: "localhost", port: server.address.port });
    const file = join(folder, "domains", "v4.localhost");
    await expect.poll(() => readFile(file, "utf8").catch(() => "")).toBe("127.0.0.1");
    cache.close();

    await mkdir(join(folder, "domains"), { recursive: true });
    await writeFile(join(folder, "domains", "v4.turn.invalid"), "192.0.2.1\n");
    await writeFile(join(folder, "domains", "v6.turn.invalid"), "no address");
    const addresses = await cache.resolve({ ...USER, host: "turn.invalid" }, AbortSignal.timeout(60_000));
    expect(addresses).toEqual([{ address: "192.0.2.1", port: 3478, family: 4 }]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  ["turn.example.org", { host: "turn.example.org", port: 3478 }],
  ["turn.example.org:5000", { host: "turn.example.org", port: 5000 }],
  ["[2001:db8::1]:5000", { host: "2001:db8::1", port: 5000 }],
  ["2001:db8::1", { host: "2001:db8::1", port: 3478 }],
])("%s names a server", (text, expected) => expect(parseTurnHost(text)).toEqual(expected));

test.each(["", "host:0", "host:70000", "::::", "host:"])("%j names none", (text) =>
  expect(() => parseTurnHost(text)).toThrow(TypeError),
);
