import { describe, expect, test } from "vitest";
import { createTestnet } from "../../src/testnet/index.ts";
import { Value, ValueTypeRegistry } from "../../src/value/index.ts";
import { key, pairWithStranger, value } from "./pair-with-stranger.ts";
import { ranking } from "./ranking.ts";

function brief(expirationMs: number): ValueTypeRegistry {
  const types = new ValueTypeRegistry();
  types.registerInsecure({ id: 77, name: "brief", expirationMs });
  return types;
}

describe("G, measured on real nodes: listening", () => {
  test("G5: a listen is renewed every 20 s with the same socket id and another tid", async () => {
    const { net, node, stranger } = await pairWithStranger();
    node.listen(key);
    await net.advance("2m");
    const listens = stranger.queries("listen");
    expect(listens.length).toBeGreaterThanOrEqual(6);
    expect(new Set(listens.map(({ socketId }) => socketId)).size).toBe(1);
    expect(new Set(listens.map(({ tid }) => tid)).size).toBe(listens.length);
    const times = stranger.times("listen");
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(pauses.every((pause) => pause > 17_500 && pause < 20_500)).toBe(true);
  });

  test("G6: a value is heard once, within moments, although our own storage and a subscription know it", async () => {
    const net = await createTestnet({ nodes: 2, latency: 2 });
    const listener = net.node(0).listen(key);
    await net.advance("1s");
    const start = net.now;
    await net.node(1).put(key, value(1n));
    expect((await listener.heard(1))[0]?.time).toBeLessThan(start + 50);
    await net.advance("30s");
    expect(listener.events).toHaveLength(1);
  });

  test("G8: a permanent put of a type that lives 25 s is probed and refreshed every 15 s; its listeners hear nothing", async () => {
    const types = brief(25_000);
    const net = await createTestnet({ nodes: 2, latency: 2, families: [4, 6], config: { types } });
    const [putter, other] = [net.node(0), net.node(1)];
    const listener = other.listen(key);
    await net.advance("2s");
    await putter.put(key, new Value({ id: 1n, type: 77 }), { permanent: true });
    const refreshed = putter.dht.traffic.sent.refresh;
    await net.advance("5m");
    const perFamily = (putter.dht.traffic.sent.refresh - refreshed) / 2;
    expect(perFamily).toBeGreaterThanOrEqual(19);
    expect(perFamily).toBeLessThanOrEqual(22);
    expect(listener.events.map(({ expired }) => expired)).toEqual([false]);
    expect(other.local(key)).toHaveLength(1);
    const cancelledAt = net.now;
    expect(putter.cancelPut(key, 1n)).toBe(true);
    const events = await listener.heard(2);
    expect(events[1]).toMatchObject({ expired: true });
    expect((events[1]?.time ?? 0) - cancelledAt).toBeLessThanOrEqual(26_000);
  });

  test("G8: the probe of a permanent put selects id and seq; the put bears no date, a 404 or an absence leads to a put", async () => {
    const { net, node, stranger } = await pairWithStranger(brief(25_000));
    await node.put(key, new Value({ id: 1n, type: 77 }), { permanent: true });
    expect(stranger.queries("get")[0]?.query?.select.fields).toEqual([1, 4]);
    expect(stranger.queries("put")).toHaveLength(1);
    expect(stranger.queries("put")[0]?.created).toBeUndefined();
    const honest = stranger.onQuery;
    stranger.onQuery = (query, from) => {
      if (query.kind === "refresh") stranger.error(query, from, 404);
      else if (query.kind === "get") {
        const fields = [{ id: 1n, seq: 0 }];
        stranger.reply(query, from, { token: new Uint8Array(32), fields, fieldOrder: [1, 4] });
      } else honest(query, from);
    };
    await net.advance("16s");
    expect(stranger.queries("refresh")).toHaveLength(1);
    expect(stranger.queries("put")).toHaveLength(2);
  });

  test("G8: listeners of the putter's own storage hear that it is refreshed, and at once that it is cancelled", async () => {
    const { net, node, stranger } = await pairWithStranger(brief(25_000));
    stranger.ask(node, { kind: "listen", key, socketId: 5, version: 1, token: stranger.token(node) });
    await node.put(key, new Value({ id: 1n, type: 77 }), { permanent: true });
    await net.advance("40s");
    expect(stranger.queries("update").some(({ refreshed }) => refreshed[0] === 1n)).toBe(true);
    node.cancelPut(key, 1n);
    await net.advance("1s");
    expect(stranger.queries("update").at(-1)?.expired).toEqual([1n]);
  });

  test("G17: a node that ends reports what it knows to its listeners as expired", async () => {
    const net = await createTestnet({ nodes: 2 });
    const listener = net.node(0).listen(key);
    await net.node(1).put(key, value(1n));
    await listener.heard(1);
    net.node(0).crash();
    expect(listener.events.map(({ expired }) => expired)).toEqual([false, true]);
  });

  test("G21: the four closest nodes are listened at, and others take the place of those that vanish within 32 s", async () => {
    const net = await createTestnet({ nodes: 24, latency: 1, settle: "12s" });
    const rank = ranking(net, key);
    const listener = rank(23).listen(key);
    await net.advance("5s");
    await rank(12).put(key, value(1n));
    await listener.heard(1);
    const listensAt = (place: number) => rank(place).isRunning && rank(place).dht.storageLog().includes("1 list.");
    const listenedAt = () => Array.from({ length: 23 }, (_, place) => place).filter(listensAt);
    expect(listenedAt()).toEqual([0, 1, 2, 3]);
    net.crash([rank(0), rank(1)]);
    await net.advance("32s");
    expect(listenedAt()).toEqual([2, 3, 4, 5]);
    expect(listener.events).toHaveLength(1);
  });

  test("a refused token on a listen leads to a fresh one and another listen, not to a tight loop", async () => {
    const { net, node, stranger } = await pairWithStranger();
    const honest = stranger.onQuery;
    stranger.onQuery = (query, from) =>
      query.kind === "listen" ? stranger.error(query, from, 401) : honest(query, from);
    node.listen(key);
    await net.advance("1m");
    expect(stranger.queries("listen").length).toBeGreaterThanOrEqual(2);
    expect(stranger.queries("listen").length).toBeLessThanOrEqual(8);
  });

  test("a signed value is edited by a greater seq, and listeners hear of the edit, near and far", async () => {
    const net = await createTestnet({ nodes: 12, latency: 2 });
    const signed = (seq: number) =>
      new Value({ id: 1n, seq, data: Uint8Array.of(seq), owner: new Uint8Array(9), signature: Uint8Array.of(seq, 1) });
    const listeners = net.nodes.map((node) => node.listen(key));
    await net.advance("3s");
    await net.node(0).put(key, signed(0));
    await net.node(0).put(key, signed(1));
    await net.advance("3s");
    for (const listener of listeners) {
      expect(listener.events.filter(({ expired }) => !expired).map(({ value: { seq } }) => seq)).toEqual([0, 1]);
    }
    expect((await net.node(7).getAll(key)).map(({ seq }) => seq)).toEqual([1]);
  });
});
