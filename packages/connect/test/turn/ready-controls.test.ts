import { silentLogger } from "@hashmere/dht";
import { expect, test } from "vitest";
import type { GatherContext, LocalCandidate } from "../../src/ice/index.ts";
import { StunMethod } from "../../src/stun/index.ts";
import { TurnAllocation, TurnSource } from "../../src/turn/index.ts";
import { ReadyControls } from "../../src/turn/ready-controls.ts";
import { RELAYED, ScriptedTurnServer, USER } from "./scripted-turn-server.ts";

const never = new AbortController().signal;
const FAMILIES = 2;

/** A server, and connections to it that are ready for both families of relayed addresses. */
async function readyServer() {
  const server = await ScriptedTurnServer.listen();
  const ready = new ReadyControls();
  ready.prepare(server.address, USER);
  ready.prepare(server.address, USER);
  await expect.poll(() => server.methods()).toEqual(Array.from({ length: FAMILIES }, () => StunMethod.REFRESH));
  return { server, ready };
}

async function gather(server: ScriptedTurnServer, ready: ReadyControls): Promise<readonly LocalCandidate[]> {
  const added: LocalCandidate[] = [];
  const context: GatherContext = {
    signal: never,
    log: silentLogger,
    remote: new Promise(() => {}),
    add: (candidate) => added.push(candidate),
    failed: () => {},
  };
  await new TurnSource(USER, async () => [server.address], ready).gather(context);
  for (const { base } of added) base.close();
  return added;
}

test("an allocation on a ready connection takes one request, and the next one finds another", async () => {
  const { server, ready } = await readyServer();
  await using _ = server;
  const allocation = await TurnAllocation.open(server.address, USER, 4, never, ready.take(server.address, 4));
  expect(allocation.relayed).toEqual(RELAYED);
  expect(server.methods().filter((method) => method === StunMethod.ALLOCATE)).toHaveLength(1);
  expect(server.connections).toHaveLength(FAMILIES);
  expect(ready.take(server.address, 4)).toBeUndefined();
  allocation.close();
  ready.clear();
});

test("a source takes what is ready, and has it made again for the next one", async () => {
  const { server, ready } = await readyServer();
  await using _ = server;
  expect(await gather(server, ready)).toHaveLength(1); // the relayed address is IPv4, whatever was asked for
  expect(ready.take(server.address, 4)).toBeDefined();
  ready.clear();
});

test("a ready connection that has died without a word holds nobody up", async () => {
  const { server, ready } = await readyServer();
  await using _ = server;
  const old = [...server.connections];
  server.script = (_request, socket) => (old.includes(socket) ? "silence" : undefined);
  expect(await gather(server, ready)).toHaveLength(1);
  ready.clear();
});

test("what nobody takes is closed, and what the server closes is not handed out", async () => {
  const { server, ready } = await readyServer();
  await using _ = server;
  server.connections[0]?.destroy();
  const prepared = () => {
    ready.prepare(server.address, USER);
    return server.connections.length;
  };
  await expect.poll(prepared).toBe(FAMILIES + 1);
  ready.clear();
  await expect.poll(() => server.connections.filter(({ destroyed }) => !destroyed)).toEqual([]);
});

test("a server that can't be reached leaves nothing behind", async () => {
  const { server, ready } = await readyServer();
  ready.clear();
  await server[Symbol.asyncDispose]();
  ready.prepare({ address: "127.0.0.1", port: 1, family: 4 }, USER);
  await expect.poll(() => ready.take({ address: "127.0.0.1", port: 1, family: 4 }, 4)).toBeUndefined();
});
