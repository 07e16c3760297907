import { describe, expect, test } from "vitest";
import { createTestnet, type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Value, Where } from "../../src/value/index.ts";
import { key, pairWithStranger, value } from "./pair-with-stranger.ts";
import { ranking } from "./ranking.ts";

describe("G, measured on real nodes: gets and puts", () => {
  test("G1: a lone node keeps its put, gets it back, and both fail within 10 ms", async () => {
    const net = new Testnet();
    const node = net.spawnOne();
    expect((await node.put(key, value(1n)))?.ok).toBe(false);
    const got = await node.get(key);
    expect([got?.ok, got?.values.length, got?.nodes.length]).toEqual([false, 1, 0]);
    expect(net.now).toBeLessThan(10);
    expect(node.dht.storageLog(key)).toContain("Value 1 size: 4 bytes");
  });

  test("G7: a put that isn't permanent goes out with its creation date and without a probe", async () => {
    const { node, stranger } = await pairWithStranger();
    const created = node.wallClock - 5000;
    expect((await node.put(key, value(1n), { created })).ok).toBe(true);
    expect(stranger.queries("get")).toHaveLength(0);
    expect(stranger.queries("put")).toMatchObject([{ created: Math.floor(created / 1000), values: [value(1n)] }]);
  });

  test("G9: a put that is over can't be cancelled, and its value stays on both nodes", async () => {
    const net = await createTestnet({ nodes: 2 });
    await net.node(0).put(key, value(1n));
    expect(net.node(0).cancelPut(key, 1n)).toBe(false);
    expect(net.nodes.map((node) => node.local(key).length)).toEqual([1, 1]);
  });

  test("G10: of two unsigned values with one id each node keeps its own, and a get finds both", async () => {
    const net = await createTestnet({ nodes: 3 });
    expect((await net.node(0).put(key, value(9n, "x"))).ok).toBe(true);
    expect((await net.node(1).put(key, value(9n, "y"))).ok).toBe(true);
    const texts = async (node: TestNode) => (await node.getAll(key)).map((each) => each.text()).sort();
    expect(
      net
        .node(0)
        .local(key)
        .map((each) => each.text()),
    ).toEqual(["x"]);
    expect(
      net
        .node(1)
        .local(key)
        .map((each) => each.text()),
    ).toEqual(["y"]);
    for (const node of net.nodes) expect(await texts(node)).toEqual(["x", "y"]);
  });

  test("G11: Where and Select are judged by whoever is asked", async () => {
    const net = await createTestnet({ nodes: 3 });
    await net.node(0).put(key, new Value({ id: 9n, userType: "a" }));
    await net.node(0).put(key, new Value({ id: 10n, userType: "b" }));
    const only = async (where: Where) => {
      const { ok, values } = await net.node(2).get(key, { where });
      return [ok, values.map(({ id }) => id)];
    };
    expect(await only(Where.all.userType("b"))).toEqual([true, [10n]]);
    expect(await only(Where.all.id(77n))).toEqual([true, []]);
    const { fields } = await net.node(2).query(key, "SELECT id,user_type WHERE id=9");
    expect(fields).toEqual([{ id: 9n, userType: "a" }]);
  });

  test("G13: a value that nobody may store fails, and isn't stored anywhere else", async () => {
    const net = await createTestnet({ nodes: 4 });
    const { ok } = await net.node(0).put(key, new Value({ id: 1n, data: new Uint8Array(70_000) }));
    expect(ok).toBe(false);
    expect(net.nodes.slice(1).every((node) => node.local(key).length === 0)).toBe(true);
  });

  test("G20: on 24 nodes a value ends up on exactly the eight closest and its putter; 14 nodes are reported", async () => {
    const net = await createTestnet({ nodes: 24, latency: 1, settle: "12s" });
    const rank = ranking(net, key);
    const putter = rank(15);
    const { ok, nodes } = await putter.put(key, value(1n));
    expect([ok, nodes.length]).toEqual([true, 14]);
    const holders = Array.from({ length: 24 }, (_, place) => place).filter(
      (place) => rank(place).local(key).length > 0,
    );
    expect(holders).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 15]);
    const got = await rank(23).get(key);
    expect([got.ok, got.values.length, got.nodes.length]).toEqual([true, 1, 14]);
  });

  test("G22: a get asks for ids first, then once per id; every value is delivered once", async () => {
    const { net, node, stranger } = await pairWithStranger();
    const held = [value(1n), value(2n)];
    stranger.onQuery = (query, from) => {
      const token = new Uint8Array(32);
      if (query.kind !== "get") return stranger.reply(query, from, { token });
      const wanted = held.filter((each) => query.query?.where.matches(each) ?? true);
      if (query.query?.select.isEmpty !== false) return stranger.reply(query, from, { token, values: wanted });
      const fields = wanted.map(({ id }) => ({ id }));
      stranger.reply(query, from, { token, fields, fieldOrder: query.query.select.fields });
    };
    const { values } = await node.get(key);
    expect(values.map(({ id }) => id)).toEqual([1n, 2n]);
    const asked = stranger.queries("get").map(({ query }) => query?.toString());
    expect(asked).toHaveLength(3);
    expect(asked[0]).toContain("SELECT id");
    expect(asked.slice(1).every((text) => text?.includes("WHERE id="))).toBe(true);
    expect(net.now).toBeLessThan(60_000);
  });

  test("G23: an unlimited total with the default per peer doesn't make the node deaf", async () => {
    const net = await createTestnet({ nodes: 2, config: { maxReqPerSec: -1 } });
    expect(await net.node(1).ping(net.node(0))).toBe(true);
  });

  test("G25: 57,344 bytes travel in parts, out of order and doubled, and arrive whole", async () => {
    const net = await createTestnet({ nodes: 5, latency: "internet", reordering: 0.2, duplication: 0.1 });
    const data = Uint8Array.from({ length: 57_344 }, (_, i) => i * 7);
    expect((await net.node(0).put(key, new Value({ id: 5n, data }))).ok).toBe(true);
    const listener = net.node(3).listen(key);
    expect((await net.node(4).getAll(key))[0]?.data).toEqual(data);
    expect((await listener.heard(1))[0]?.value.data).toEqual(data);
  });
});

describe("G, measured on real nodes: unhelpful answers", () => {
  test("G26: a put whose token is refused again and again is tried four times, each time with a fresh token, and fails", async () => {
    const { net, node, stranger } = await pairWithStranger();
    const honest = stranger.onQuery;
    stranger.onQuery = (query, from) => (query.kind === "put" ? stranger.error(query, from, 401) : honest(query, from));
    const before = stranger.arrivals.length;
    const { ok } = await node.put(key, value(1n));
    expect(ok).toBe(false);
    const asked = stranger.arrivals.slice(before).map(({ message }) => message.kind);
    expect(asked.filter((kind) => kind === "put")).toHaveLength(4);
    expect(asked.filter((kind) => kind === "find").length).toBeGreaterThanOrEqual(4);
    expect(net.now).toBeLessThan(60_000);
  });

  test("G26: who answers a get without a token is not listened to any more", async () => {
    const { net, node, stranger } = await pairWithStranger();
    stranger.onQuery = (query, from) => stranger.reply(query, from);
    const start = net.now;
    expect((await node.get(key)).ok).toBe(false);
    expect(net.now - start).toBeLessThan(50);
    expect(stranger.ask(node, { kind: "ping" })).toEqual([]);
  });

  test("G26: a put answered by another error, or a get by nodes that can't be, ends at once as failed", async () => {
    const { net, node, stranger } = await pairWithStranger();
    const honest = stranger.onQuery;
    stranger.onQuery = (query, from) => (query.kind === "put" ? stranger.error(query, from, 203) : honest(query, from));
    const start = net.now;
    expect((await node.put(key, value(1n))).ok).toBe(false);
    expect(net.now - start).toBeLessThan(1000);
  });
});
