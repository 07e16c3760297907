import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { createTestnet } from "../../src/testnet/index.ts";
import { Value, ValueTypeRegistry } from "../../src/value/index.ts";

const key = InfoHash.get("key");

describe("close", () => {
  test("leaves no timer and fails what is pending", async () => {
    const net = await createTestnet({ nodes: 8, latency: 50, families: [4, 6], config: { maintainStorage: true } });
    const node = net.node(3);
    await node.put("held", "value", { permanent: true });
    const outcomes: string[] = [];
    node.dht.get(key, { onValues: () => {}, onDone: ({ ok }) => outcomes.push(`get ${ok}`) });
    node.dht.put(key, new Value({ id: 1n }), { onDone: ({ ok }) => outcomes.push(`put ${ok}`) });
    node.dht.ping(net.node(0).address, (ok) => outcomes.push(`ping ${ok}`));
    node.listen(key);
    net.close();
    expect(outcomes.sort()).toEqual(["get false", "ping false", "put false"]);
    // What is left are the datagrams in flight.
    await net.advance("1s");
    expect(net.scheduler.pending).toBe(0);
  });

  test("makes the node deaf and its operations fail", async () => {
    const net = await createTestnet({ nodes: 2, latency: 1 });
    const { dht } = net.node(1);
    dht.close();
    dht.close();
    const outcomes: boolean[] = [];
    dht.get(key, { onValues: () => {}, onDone: ({ ok }) => outcomes.push(ok) });
    dht.put(key, new Value({ id: 1n }), { onDone: ({ ok }) => outcomes.push(ok) });
    dht.ping(net.node(0).address, (ok) => outcomes.push(ok));
    expect(outcomes).toEqual([false, false, false]);
    const timers = net.scheduler.pending;
    dht.addBootstrap("10.0.0.1", 4222);
    dht.startBootstrap();
    dht.connectivityChanged();
    dht.insertNode({ id: net.node(0).id, address: net.node(0).address });
    dht.listen(key, { onValues: () => {} });
    expect(net.scheduler.pending).toBe(timers);
    expect(await net.node(0).ping(net.node(1))).toBe(false);
  });
});

describe("shutdown", () => {
  test("is done at once, and the node goes on answering until it is closed", async () => {
    const net = await createTestnet({ nodes: 2, latency: 1 });
    let isDone = false;
    net.node(1).dht.shutdown({
      onDone: () => {
        isDone = true;
      },
    });
    expect(isDone).toBe(true);
    expect(await net.node(0).ping(net.node(1))).toBe(true);
  });

  test("with stop fails operations", async () => {
    const net = await createTestnet({ nodes: 2, latency: 50 });
    const outcomes: boolean[] = [];
    net.node(1).dht.get(key, { onValues: () => {}, onDone: ({ ok }) => outcomes.push(ok) });
    net.node(1).dht.shutdown({ stop: true });
    expect(outcomes).toEqual([false]);
  });

  test("with maintainStorage hands every value on first, with the age that it has", async () => {
    const net = await createTestnet({ nodes: 30, latency: 5, config: { maintainStorage: true } });
    const [keeper] = [...net.nodes].sort((a, b) => key.xorCmp(a.id, b.id));
    if (keeper === undefined) throw new Error("there are nodes");
    await keeper.put(key, new Value({ id: 1n }));
    const holders = () => net.nodes.filter((node) => node.isRunning && node.local(key).length > 0);
    net.crash(holders().filter((node) => node !== keeper));
    expect(holders()).toEqual([keeper]);
    await net.advance("6m");
    await keeper.shutdown();
    expect(holders().length).toBeGreaterThanOrEqual(8);
    await net.advance("5m");
    expect(holders()).toEqual([]);
  });
});

describe("storage maintenance", () => {
  const lasting = { id: 200, name: "lasting", expirationMs: 3 * 3_600_000 };

  test("hands long-lived values on to nodes that have come between, and drops them here", async () => {
    const types = new ValueTypeRegistry();
    types.registerInsecure(lasting);
    const net = await createTestnet({ nodes: 9, latency: 5, seed: 5, config: { types, maintainStorage: true } });
    await net.node(0).put(key, new Value({ id: 1n, type: lasting.id }));
    const before = net.nodes.filter((node) => node.local(key).length > 0);
    expect(before.length).toBeGreaterThanOrEqual(8);
    await net.join(40);
    await net.advance("45m");
    const nearest = [...net.nodes].sort((a, b) => key.xorCmp(a.id, b.id)).slice(0, 8);
    expect(nearest.every((node) => node.local(key).length > 0)).toBe(true);
    const far = before.filter((node) => !nearest.includes(node));
    expect(far.filter((node) => node.local(key).length > 0).length).toBeLessThan(far.length);
  });

  test("leaves those who listen here told: of each value once, and once of its end", async () => {
    const types = new ValueTypeRegistry();
    types.registerInsecure(lasting);
    const net = await createTestnet({ nodes: 9, latency: 5, seed: 5, config: { types, maintainStorage: true } });
    const told = net.nodes.map(({ dht }) => {
      const events: string[] = [];
      dht.listen(key, { onValues: (values, expired) => void events.push(...values.map(() => (expired ? "-" : "+"))) });
      return events;
    });
    await net.node(0).put(key, new Value({ id: 1n, type: lasting.id }));
    await net.join(40);
    await net.advance("7h");
    expect(told).toEqual(told.map(() => ["+", "-"]));
  });
});
