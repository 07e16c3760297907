import { beforeEach, describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { MAX_SIGNED_IDS, SignedIds } from "../../src/node/signed-ids.ts";
import { createTestnet, type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Query, Value, ValueTypeRegistry } from "../../src/value/index.ts";
import { Stranger } from "../node/stranger.ts";

const key = InfoHash.get("key");
const fault = () => {
  throw new Error("the user's own fault");
};

/** Runs virtual time to the end although tasks throw; returns how many did. */
function survive(net: Testnet, milliseconds: number): number {
  const until = net.now + milliseconds;
  let faults = 0;
  while (net.now < until) {
    try {
      net.scheduler.advance(until - net.now);
    } catch (error) {
      expect(error).toMatchObject({ message: "the user's own fault" });
      faults++;
    }
  }
  return faults;
}

describe("a callback that throws", () => {
  let net: Testnet;
  let node: TestNode;

  beforeEach(async () => {
    net = await createTestnet({ nodes: 12, latency: 1 });
    node = net.node(3);
    await net.node(1).put(key, new Value({ id: 1n, data: Uint8Array.of(1) }));
  });

  test("of a get, query, put, listen or ping is reported, and all of them run to their end", () => {
    const ended: string[] = [];
    const end = (name: string) => () => {
      ended.push(name);
      fault();
    };
    node.dht.get(key, { filter: fault, onValues: () => void ended.push("unwanted"), onDone: end("get filtered") });
    node.dht.get(key, { onValues: fault, onDone: end("get") });
    node.dht.query(key, Query.all, { onFields: fault, onDone: end("query") });
    node.dht.put(key, new Value({ id: 2n }), { onDone: end("put") });
    node.dht.ping(net.node(2).address, end("ping"));
    node.dht.shutdown({ onDone: end("shutdown") });
    expect(survive(net, 30_000)).toBeGreaterThan(8);
    expect(ended.sort()).toEqual(["get", "get filtered", "ping", "put", "query", "shutdown"]);
  });

  test("of a listen costs no other listener the news, and goes on listening", async () => {
    const heard: bigint[] = [];
    node.dht.listen(key, { onValues: fault });
    node.dht.listen(key, { filter: fault, onValues: fault });
    node.dht.listen(key, { onValues: (values) => void heard.push(...values.map(({ id }) => id)) });
    expect(survive(net, 10_000)).toBeGreaterThan(0);
    net.node(2).dht.put(key, new Value({ id: 7n }));
    expect(survive(net, 10_000)).toBeGreaterThan(0);
    expect(heard).toEqual([1n, 7n]);
  });

  test("of an observer or of the status stops no datagram", () => {
    const net = new Testnet({ latency: 1, config: { events: { onStatus: fault, onPublicAddress: fault } } });
    const [first, second] = net.spawn(2) as [TestNode, TestNode];
    first.dht.observe({ onReceived: fault, onSent: fault });
    expect(survive(net, 30_000)).toBeGreaterThan(10);
    expect([first.status, second.status]).toEqual(["connected", "connected"]);
  });

  test("of a type's policy means no, and the put is acknowledged", () => {
    const types = new ValueTypeRegistry();
    types.registerInsecure({ id: 77, name: "faulty", expirationMs: 60_000, storePolicy: fault });
    types.registerInsecure({ id: 78, name: "stubborn", expirationMs: 60_000, editPolicy: fault });
    const net = new Testnet({ latency: 1, config: { types } });
    const [node] = net.spawn(1) as [TestNode];
    const stranger = new Stranger(net).beHonest();
    const token = stranger.token(node);
    const put = (type: number, data: number) => {
      const values = [new Value({ id: BigInt(type), type, data: Uint8Array.of(data) })];
      stranger.send(node, { kind: "put", ...stranger.envelope(), key, values, announced: [], token });
    };
    put(77, 1);
    put(78, 1);
    put(78, 2);
    expect(survive(net, 100)).toBe(2);
    const acknowledged = stranger.arrivals.flatMap(({ message }) =>
      message.kind === "reply" && message.valueId !== undefined ? [message.valueId] : [],
    );
    expect(acknowledged).toEqual([77n, 78n, 78n]);
    expect(node.local(key).map(({ data }) => data[0])).toEqual([1]);
  });
});

describe("a value without signature never leaves us under the id of a signed one", () => {
  const signed = new Value({
    id: 5n,
    data: Uint8Array.of(1),
    owner: new Uint8Array(60),
    seq: 1,
    signature: new Uint8Array(8),
  });
  const plain = new Value({ id: 5n, data: Uint8Array.of(2) });

  /** How many values without signature travel to others. */
  function watch(net: Testnet): { readonly count: number } {
    const found = { count: 0 };
    net.network.observer = (datagram) => {
      const text = String.fromCharCode(...datagram);
      if (text.includes("put") && text.includes("values") && !text.includes("sig")) found.count++;
    };
    return found;
  }

  test.each([
    ["while we hold it", {}, false],
    ["though our own storage had no room for it", { maxLocalStoreSize: 1 }, false],
    ["though its announcement was cancelled", {}, true],
  ])("%s", async (_, config, isCancelled) => {
    const net = await createTestnet({ nodes: 10, latency: 1, config });
    const node = net.node(4);
    await node.put(key, signed, { permanent: isCancelled });
    if (isCancelled) expect(node.cancelPut(key, signed.id)).toBe(true);
    const travels = watch(net);
    const outcome = await node.put(key, plain);
    expect(outcome).toMatchObject({ ok: false, error: { code: "ERR_UNSIGNED_EDIT" } });
    await net.advance("1min");
    expect(travels.count).toBe(0);
    expect((await node.put(key, plain.withId(6n))).ok).toBe(true);
    expect(travels.count).toBeGreaterThan(0);
  });

  test(`the last ${MAX_SIGNED_IDS} of them are remembered`, () => {
    const ids = new SignedIds();
    for (let id = 0n; id <= MAX_SIGNED_IDS; id++) ids.add(key, signed.withId(id));
    expect([0n, 1n, BigInt(MAX_SIGNED_IDS)].map((id) => ids.has(key, plain.withId(id)))).toEqual([false, true, true]);
    expect(ids.has(InfoHash.get("another"), plain.withId(1n))).toBe(false);
  });
});
