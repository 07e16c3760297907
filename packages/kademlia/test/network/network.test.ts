/** Networks of a hundred nodes and fewer in virtual time: what a user is promised. */

import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../src/random/seeded-random.ts";
import { createTestnet, type TestNode, Testnet } from "../../src/testnet/index.ts";
import { idOf } from "../support/ids.ts";
import { RawPeer } from "../support/raw-peer.ts";

const HOUR = 3_600_000;

/** Draws nodes of a network that are up. */
function drawer(net: Testnet, seed: number): () => TestNode {
  const random = new SeededRandom(seed);
  return () => {
    const up = net.nodes.filter((node) => node.isUp);
    const node = up[random.uint32() % up.length];
    if (!node) throw new Error("nobody is up");
    return node;
  };
}

describe("a network of 100 nodes", () => {
  it("gives to any node what any node stored, on the 20 nodes nearest to it", async () => {
    const net = await createTestnet({ nodes: 100, seed: 3 });
    const draw = drawer(net, 3);
    for (let index = 0; index < 50; index++) {
      expect(await draw().set(`key-${index}`, index)).toMatchObject({ ok: true, asked: 20, acknowledged: 20 });
    }
    for (let index = 0; index < 50; index++) {
      expect(await draw().get(`key-${index}`), `key-${index}`).toMatchObject({ found: true, value: index });
      const holders = net.nodes.filter((node) => node.held(`key-${index}`) !== undefined);
      expect(holders.length).toBeGreaterThanOrEqual(20);
    }
    expect(await draw().get("nothing")).toMatchObject({ found: false, reason: "absent" });
  });

  it("does so with one datagram in five lost", async () => {
    const net = await createTestnet({ nodes: 100, seed: 4, loss: 0.2 });
    const draw = drawer(net, 4);
    for (let index = 0; index < 20; index++)
      expect(await draw().set(`key-${index}`, index)).toMatchObject({ ok: true });
    for (let index = 0; index < 20; index++) expect(await draw().get(`key-${index}`)).toMatchObject({ value: index });
  });

  it("stores in less than half a second though a tenth of it is dead and in everybody's table", async () => {
    const net = await createTestnet({ nodes: 100, seed: 5, latencyMs: [1, 5] });
    await net.advance(30_000);
    net.crash(net.nodes.filter((_, index) => index % 10 === 5));
    const draw = drawer(net, 5);
    const times: number[] = [];
    for (let index = 0; index < 20; index++) {
      const begun = net.scheduler.now();
      expect(await draw().set(`key-${index}`, index)).toMatchObject({ ok: true, acknowledged: 20 });
      times.push(net.scheduler.now() - begun);
    }
    times.sort((a, b) => a - b);
    expect(times[10]).toBeLessThan(500);
    expect(times.at(-1)).toBeLessThan(2_000);
  });

  it("keeps its values while nodes come and go", async () => {
    const net = await createTestnet({ nodes: 60, seed: 6, node: { k: 8, keepAliveMs: Number.POSITIVE_INFINITY } });
    const draw = drawer(net, 6);
    for (let index = 0; index < 10; index++) await draw().set(`key-${index}`, index, { publish: false });
    for (let hour = 1; hour <= 10; hour++) {
      net.crash([draw(), draw(), draw()]);
      await net.spawn(3);
      await net.advance(HOUR);
    }
    for (let index = 0; index < 10; index++) {
      expect(await draw().get(`key-${index}`, { local: false }), `key-${index}`).toMatchObject({ value: index });
    }
  });

  it("runs exactly the same twice with one seed, and differently with another", async () => {
    const run = async (seed: number) => {
      const net = await createTestnet({ nodes: 40, seed, loss: 0.05 });
      await net.nodes[3]?.set("key", "value");
      await net.nodes[30]?.get("key");
      await net.advance(HOUR);
      return [net.network.sent, net.scheduler.now(), ...net.nodes.map(({ engine }) => engine.table.size)];
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });
});

describe("a network with nodes of another make", () => {
  it("sends them nothing that they do not know: five methods, and answers without an appendix", async () => {
    const net = await createTestnet({ nodes: 8, seed: 9, node: { k: 4 } });
    const [one] = net.nodes;
    if (!one) throw new Error("no node");
    const others = Array.from({ length: 4 }, (_, index) => RawPeer.plain(net, idOf(`other-${index}`)));
    for (const peer of others) peer.sendRequest({ method: "ping", sender: peer.id }, one.address);
    await net.advance(1_000);
    for (let index = 0; index < 20; index++) await net.nodes[index % 8]?.set(`key-${index}`, index);
    for (let index = 0; index < 20; index++) await net.nodes[(index * 3) % 8]?.get(`key-${index}`, { local: false });
    await net.spawn(2);
    await net.advance(26 * HOUR);
    const methods = new Set(others.flatMap(({ requests }) => requests.map(({ method }) => method)));
    expect([...methods].toSorted()).toEqual(["find_node", "find_value", "ping", "store"]);
    const pongs = others.flatMap(({ answers }) => answers);
    expect(pongs.map(({ length }) => length)).toEqual([43, 43, 43, 43]); // type, message id, an id of 2 + 20 bytes
  });
});

describe("a network of 20 nodes", () => {
  it("still has every value after any five have died", async () => {
    const net = await createTestnet({ nodes: 21, seed: 7 });
    const draw = drawer(net, 7);
    for (let index = 0; index < 20; index++) await draw().set(`key-${index}`, index);
    net.crash(net.nodes.filter((_, index) => index % 4 === 1));
    for (let index = 0; index < 20; index++) expect(await draw().get(`key-${index}`)).toMatchObject({ value: index });
  });
});

describe("a node on its own", () => {
  it("says that it is alone, and stores nothing", async () => {
    const net = new Testnet();
    const node = net.add();
    expect(await node.set("key", "value")).toEqual({
      ok: false,
      reason: "alone",
      asked: 0,
      acknowledged: 0,
      storedLocally: false,
    });
    expect(await node.get("key")).toEqual({ found: false, value: undefined, reason: "alone", asked: 0 });
    expect(node.held("key")).toBeUndefined();
    expect(node.engine.publisher.publications).toEqual([]);
  });

  it("keeps a value for the first that joins if it is told to, and calls it a failure all the same", async () => {
    const net = new Testnet();
    const node = net.add();
    const kept = { ok: false, reason: "alone", acknowledged: 0, storedLocally: true };
    expect(await node.set("key", "value", { keepIfAlone: true })).toMatchObject(kept);
    expect(await node.get("key")).toMatchObject({ value: "value", source: "local" });
    const [newcomer] = await net.spawn(1);
    await net.advance(1_000);
    expect(newcomer?.held("key")).toBe("value");
    expect(node.engine.publisher.publications).toHaveLength(1);
  });

  it("knows all whom it has found as soon as it has joined", async () => {
    const net = await createTestnet({ nodes: 6, seed: 11 });
    await net.nodes[0]?.set("key", "value");
    const [newcomer] = await net.spawn(1);
    expect(newcomer?.engine.table.size).toBe(6);
    expect(await newcomer?.get("key", { local: false })).toMatchObject({ value: "value", holders: 3 });
  });

  it("says that nobody answers when all that it knows are dead, after six seconds at most", async () => {
    const net = await createTestnet({ nodes: 5 });
    const [node, ...others] = net.nodes;
    if (!node) throw new Error("no node");
    net.crash(others);
    const begun = net.scheduler.now();
    expect(await node.set("key", "value")).toMatchObject({ ok: false, reason: "unreachable" });
    expect(net.scheduler.now() - begun).toBeLessThan(6_000);
    expect(await node.get("key")).toMatchObject({ found: false, reason: "unreachable" });
    expect(net.scheduler.now() - begun).toBeLessThan(12_000);
    expect(node.held("key")).toBeUndefined();
  });

  it("says so when others refuse", async () => {
    const net = await createTestnet({ nodes: 3, node: { acceptStore: ({ value }) => value !== "forbidden" } });
    const [node] = net.nodes;
    expect(await node?.set("key", "forbidden")).toMatchObject({ ok: false, reason: "refused", asked: 2 });
    expect(await node?.set("key", "allowed")).toMatchObject({ ok: true, acknowledged: 2 });
  });

  it("joins as soon as the peer that it was told of is there", async () => {
    const events: string[] = [];
    const net = new Testnet();
    const early = net.add({ onEvent: ({ type }) => events.push(type) });
    const address = net.nextAddress();
    expect(await net.settle(early.engine.bootstrap([address]))).toEqual([]);
    await net.advance(60_000);
    expect(events.filter((type) => type === "bootstrap-failed").length).toBeGreaterThan(2);
    net.add({}, address);
    await net.advance(120_000);
    expect(events).toContain("joined");
    expect(early.engine.table.size).toBe(1);
  });

  it("finds back after its own network was away for a day", async () => {
    const net = await createTestnet({ nodes: 5 });
    await net.advance(60_000);
    net.network.conditions.loss = 1;
    await net.advance(24 * HOUR);
    net.network.conditions.loss = 0;
    await net.advance(1.2 * HOUR);
    for (const node of net.nodes) expect(await node.set(`key-${node.address}`, 1)).toMatchObject({ ok: true });
  });
});

describe("many operations at once", () => {
  it("wait in line rather than flood the network, and all succeed", async () => {
    const net = await createTestnet({ nodes: 20, seed: 8 });
    const [node] = net.nodes;
    const sets = Array.from({ length: 300 }, (_, index) => node?.set(`key-${index}`, index));
    const results = await Promise.all(sets);
    expect(results.every((result) => result?.ok)).toBe(true);
    expect(node?.engine.stats.timeouts).toBe(0);
  });
});

describe("a visitor", () => {
  it("stores and finds as anybody does, and nobody counts on it", async () => {
    const net = await createTestnet({ nodes: 5, seed: 10 });
    const [visitor] = await net.spawn(1, { visitor: true });
    expect(await visitor?.set("key", "value")).toMatchObject({ ok: true, acknowledged: 5, storedLocally: false });
    expect(await visitor?.get("key")).toMatchObject({ value: "value", source: "network" });
    await net.advance(HOUR);
    for (const node of net.nodes.slice(0, 5)) expect(node.engine.table.size).toBe(4);
    expect(visitor?.engine.stats).toMatchObject({ requestsAnswered: 0, pairs: 0 });
  });
});
