import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { createTestnet, type TestNode, Testnet } from "../../src/testnet/index.ts";
import { type FieldValues, Query, Value, Where } from "../../src/value/index.ts";
import { Stranger } from "./stranger.ts";

const key = InfoHash.get("key");
const value = (id: bigint, text = "text") => new Value({ id, data: new TextEncoder().encode(text) });

function loneNode(families: readonly (4 | 6)[] = [4]): { net: Testnet; node: TestNode } {
  const net = new Testnet({ latency: 1, families });
  return { net, node: net.spawnOne() };
}

describe("under the zero key", () => {
  test("every operation fails at once, and sends nothing", async () => {
    const net = await createTestnet({ nodes: 3, latency: 1 });
    const node = net.node(0);
    const sent = net.stats.sent;
    const outcomes: boolean[] = [];
    node.dht.get(InfoHash.zero, { onValues: () => {}, onDone: ({ ok }) => outcomes.push(ok) });
    node.dht.query(InfoHash.zero, Query.all, { onFields: () => {}, onDone: ({ ok }) => outcomes.push(ok) });
    node.dht.put(InfoHash.zero, value(1n), { onDone: ({ ok }) => outcomes.push(ok) });
    const listen = node.dht.listen(InfoHash.zero, { onValues: () => {} });
    expect(outcomes).toEqual([false, false, false]);
    expect(net.stats.sent).toBe(sent);
    listen.cancel();
  });
});

describe("the limit on searches", () => {
  test.each([
    [1, 0],
    [-1, 2],
    [0, 2],
  ])("of %i lets %i more gets through than one under way", async (maxSearches, more) => {
    const net = await createTestnet({ nodes: 3, latency: 50, settle: 0, config: { maxSearches } });
    const gets = await Promise.all(["a", "b", "c"].map((name) => net.node(1).get(name)));
    expect(gets.filter(({ ok }) => ok)).toHaveLength(1 + more);
  });
});

describe("without any peer", () => {
  test.each([[[4]], [[6]], [[4, 6]]] as const)(
    "a put is kept here and fails within 10 ms (families %j)",
    async (families) => {
      const { net, node } = loneNode(families);
      const { ok, asked } = await node.put(key, "kept");
      expect([ok, asked]).toEqual([false, 0]);
      expect(net.now).toBeLessThan(10);
      const got = await node.get(key);
      expect(got.ok).toBe(false);
      expect(got.nodes).toEqual([]);
      expect(got.values.map((each) => each.text())).toEqual(["kept"]);
    },
  );
});

describe("a get", () => {
  test("delivers each value once, although many nodes hold it", async () => {
    const net = await createTestnet({ nodes: 20, latency: 5 });
    await net.node(0).put(key, value(1n));
    await net.node(1).put(key, value(2n));
    const { ok, values } = await net.node(19).get(key);
    expect(ok).toBe(true);
    expect(values.map(({ id }) => id).sort()).toEqual([1n, 2n]);
  });

  test("is ok although nothing is found", async () => {
    const net = await createTestnet({ nodes: 20, latency: 5 });
    const { ok, values, nodes } = await net.node(3).get(key);
    expect(ok).toBe(true);
    expect(values).toEqual([]);
    expect(nodes.length).toBeGreaterThanOrEqual(8);
  });

  test("ends with ok, at once and without another word, when its user has enough", async () => {
    const net = await createTestnet({ nodes: 20, latency: 5 });
    await net.node(0).put(key, value(1n));
    await net.node(0).put(key, value(2n));
    const calls: string[] = [];
    net.node(9).dht.get(key, {
      onValues: (values) => {
        calls.push(`${values.length} values`);
        return false;
      },
      onDone: ({ ok }) => calls.push(`done ${ok}`),
    });
    await net.advance("20s");
    expect(calls).toHaveLength(2);
    expect(calls[1]).toBe("done true");
  });

  test("that is cancelled says nothing any more", async () => {
    const net = await createTestnet({ nodes: 5, latency: 5 });
    const calls: string[] = [];
    const get = net
      .node(1)
      .dht.get(key, { onValues: () => void calls.push("values"), onDone: () => calls.push("done") });
    get.cancel();
    await net.advance("20s");
    expect(calls).toEqual([]);
  });

  test("asks for ids first, then for each value", async () => {
    const net = await createTestnet({ nodes: 2, latency: 5 });
    const holder = new Stranger(net).beHonest();
    net.node(0).dht.insertNode({ id: holder.id, address: holder.address });
    await net.node(0).get(key);
    const [first] = holder.queries("get");
    expect(first?.query?.toString()).toBe(new Query().toString().replace("SELECT *", "SELECT id"));
  });

  test("filters by Where there and by filter here", async () => {
    const net = await createTestnet({ nodes: 8, latency: 5 });
    await net.node(0).put(key, new Value({ id: 1n, userType: "a" }));
    await net.node(0).put(key, new Value({ id: 2n, userType: "b" }));
    expect((await net.node(5).getAll(key, { where: Where.parse("WHERE user_type=b") })).map(({ id }) => id)).toEqual([
      2n,
    ]);
    expect((await net.node(5).getAll(key, { filter: ({ id }) => id === 1n })).map(({ id }) => id)).toEqual([1n]);
  });

  test("that a listen can answer causes no traffic", async () => {
    const net = await createTestnet({ nodes: 12, latency: 5 });
    await net.node(0).put(key, value(1n));
    const listener = net.node(7).listen(key);
    await listener.heard(1);
    await net.advance("1s");
    const gets = net.node(7).dht.traffic.sent.get;
    const got = await net.node(7).get(key);
    expect([got.ok, got.values.length]).toEqual([true, 1]);
    expect(net.node(7).dht.traffic.sent.get).toBe(gets);
  });
});

describe("a query", () => {
  test("delivers only the selected fields, each answer once", async () => {
    const net = await createTestnet({ nodes: 12, latency: 5 });
    await net.node(0).put(key, new Value({ id: 9n, userType: "a", data: new Uint8Array(5) }));
    const { ok, fields } = await net.node(8).query(key, "SELECT id,user_type WHERE id=9");
    expect(ok).toBe(true);
    expect(fields).toEqual([{ id: 9n, userType: "a" }]);
    expect((await net.node(8).query(key, "SELECT id WHERE id=10")).fields).toEqual([]);
  });

  test("begins with what is held here", async () => {
    const { node } = loneNode();
    await node.put(key, value(3n));
    const found: FieldValues[] = [];
    node.dht.query(key, Query.parse("SELECT id"), {
      onFields: (fields) => void found.push(...fields),
      onDone: () => {},
    });
    expect(found).toEqual([{ id: 3n }]);
  });
});

describe("a put", () => {
  test("draws an id for a value without one", async () => {
    const { node } = loneNode();
    const { id } = node.dht.put(key, new Value(Uint8Array.of(1)));
    expect(id).not.toBe(0n);
    expect(node.dht.getLocalById(key, id)?.data).toEqual(Uint8Array.of(1));
  });

  test("says how many nodes were asked, acknowledged and refused", async () => {
    const net = await createTestnet({ nodes: 24, latency: 5 });
    const { ok, asked, acknowledged, refused, nodes } = await net.node(0).put(key, value(1n));
    expect({ ok, acknowledged, refused }).toEqual({ ok: true, acknowledged: 8, refused: 0 });
    expect(asked).toBeGreaterThanOrEqual(8);
    expect(nodes).toHaveLength(14);
  });

  test("that is refused by everybody ends as failed", async () => {
    const { net, node } = loneNode();
    const stranger = new Stranger(net).beHonest();
    const honest = stranger.onQuery;
    stranger.onQuery = (query, from) => (query.kind === "put" ? stranger.error(query, from, 203) : honest(query, from));
    stranger.send(node, { kind: "ping", ...stranger.envelope() });
    await node.connected();
    const { ok, refused } = await node.put(key, value(1n));
    expect({ ok, refused }).toEqual({ ok: false, refused: 1 });
  });

  test("of an unsigned value over a signed one held here is refused, and nobody is told of it", async () => {
    const net = await createTestnet({ nodes: 3, latency: 1 });
    const node = net.node(0);
    const signed = new Value({
      id: 1n,
      data: Uint8Array.of(1),
      owner: new Uint8Array(9),
      signature: new Uint8Array(8),
    });
    await node.put(key, signed);
    const puts = node.dht.traffic.sent.put;
    const { ok, asked } = await node.put(key, value(1n));
    expect({ ok, asked }).toEqual({ ok: false, asked: 0 });
    expect(node.dht.traffic.sent.put).toBe(puts);
    expect(node.local(key)).toEqual([signed]);
  });

  test("that was cancelled while pending ends as failed", async () => {
    const net = await createTestnet({ nodes: 5, latency: 50 });
    const outcomes: boolean[] = [];
    const put = net.node(0).dht.put(key, value(1n), { onDone: ({ ok }) => outcomes.push(ok) });
    put.cancel();
    put.cancel();
    expect(outcomes).toEqual([false]);
    expect(net.node(0).local(key)).toEqual([]);
  });

  test("goes to both networks of a node that lives in both", async () => {
    const net = await createTestnet({ nodes: 10, latency: 5, families: [4, 6] });
    const { ok, nodes } = await net.node(0).put(key, value(1n));
    expect(ok).toBe(true);
    expect(new Set(nodes.map(({ address }) => address.family))).toEqual(new Set([4, 6]));
  });
});

describe("a listen", () => {
  test("hears a value once, although its own storage and several nodes know it, and its end once", async () => {
    const net = await createTestnet({ nodes: 12, latency: 5, families: [4, 6] });
    const listener = net.node(3).listen(key);
    await net.advance("5s");
    await net.node(0).put(key, value(1n));
    await net.advance("1m");
    expect(listener.events.map(({ expired }) => expired)).toEqual([false]);
    await net.advance("15m");
    expect(listener.events.map(({ expired }) => expired)).toEqual([false, true]);
  });

  test.each([4, 6] as const)("works on a node with IPv%i only, and can be cancelled", async (family) => {
    const net = await createTestnet({ nodes: 4, latency: 5, families: [family] });
    const listener = net.node(1).listen(key);
    await net.node(0).put(key, value(1n));
    expect((await listener.heard(1))[0]?.value.id).toBe(1n);
    listener.cancel();
    await net.node(0).put(key, value(2n));
    await net.advance("5s");
    expect(listener.events).toHaveLength(1);
  });

  test("delivers at once what is here", async () => {
    const { node } = loneNode();
    await node.put(key, value(1n));
    expect(node.listen(key).events).toHaveLength(1);
    expect(node.listen(key, { filter: ({ id }) => id !== 1n }).events).toHaveLength(0);
    expect(node.listen(key, { where: Where.all.id(2n) }).events).toHaveLength(0);
  });

  test("ends when its callback says so", async () => {
    const { node } = loneNode();
    let calls = 0;
    node.dht.listen(key, {
      onValues: () => {
        calls++;
        return false;
      },
    });
    await node.put(key, value(1n));
    await node.put(key, value(2n));
    expect(calls).toBe(1);
  });

  test("reports what it knows as expired when its node ends", async () => {
    const net = await createTestnet({ nodes: 4, latency: 5 });
    await net.node(0).put(key, value(1n));
    const listener = net.node(2).listen(key);
    await listener.heard(1);
    net.crash(net.node(2));
    expect(listener.events.at(-1)).toMatchObject({ expired: true });
    expect(listener.values).toEqual([]);
  });
});

describe("cancelPut", () => {
  test("forgets a permanent put here, tells listeners of our storage, and leaves remote copies", async () => {
    const net = await createTestnet({ nodes: 3, latency: 5 });
    const [putter, other] = [net.node(0), net.node(1)];
    await putter.put(key, value(1n), { permanent: true });
    expect(putter.dht.getPut(key)).toHaveLength(1);
    expect(putter.cancelPut(key, 1n)).toBe(true);
    expect(putter.cancelPut(key, 1n)).toBe(false);
    expect(putter.dht.getPut(key)).toEqual([]);
    expect(putter.local(key)).toEqual([]);
    expect(other.local(key)).toHaveLength(1);
  });
});
