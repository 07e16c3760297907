import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { createTestnet, type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Stranger } from "./stranger.ts";

async function nodeWith(
  stranger: (net: Testnet) => Stranger,
): Promise<{ net: Testnet; node: TestNode; stranger: Stranger }> {
  const net = new Testnet({ latency: 1 });
  const node = net.spawnOne();
  const other = stranger(net);
  other.send(node, { kind: "ping", ...other.envelope() });
  await node.connected();
  return { net, node, stranger: other };
}

describe("a newcomer", () => {
  test("who asks something is pinged at once, and told to others as soon as it has answered", () => {
    const net = new Testnet({ latency: 1 });
    const node = net.spawnOne();
    const silent = new Stranger(net, "silent");
    const honest = new Stranger(net, "honest").beHonest();
    silent.ask(node, { kind: "ping" });
    honest.ask(node, { kind: "ping" });
    expect([silent.queries("ping").length, honest.queries("ping").length]).toEqual([1, 1]);
    const { nodes4 = [] } = honest.askOnce(node, { kind: "find", target: silent.id });
    expect(nodes4.map(({ id }) => id.toString())).toEqual([honest.id.toString()]);
  });

  test("that says it is a client is neither pinged nor told to others nor counted", () => {
    const net = new Testnet({ latency: 1 });
    const node = net.spawnOne();
    const client = new Stranger(net, "client").beHonest();
    client.ask(node, { kind: "ping", client: true });
    expect(client.queries("ping")).toHaveLength(0);
    expect(node.dht.stats(4)).toMatchObject({ goodNodes: 0, dubiousNodes: 0 });
    expect(node.dht.routingLog(4)).not.toContain(client.id.toString());
  });

  test("finds everybody through one bootstrap node within seconds", async () => {
    const net = new Testnet({ latency: 5 });
    const nodes = net.spawn(3);
    await net.advance("6s");
    expect(nodes.map((node) => node.dht.stats(4).goodNodes)).toEqual([2, 2, 2]);
  });
});

describe("maintenance", () => {
  test("looks for the nodes near our own id, every 5 to 25 s in a young network, with jitter", async () => {
    const { net, node, stranger } = await nodeWith((each) => new Stranger(each).beHonest());
    await net.advance("100s");
    const finds = stranger.queries("find");
    expect(finds.length).toBeGreaterThanOrEqual(3);
    expect(finds.every(({ want }) => want === undefined)).toBe(true);
    const near = finds.filter(({ target }) => InfoHash.commonBits(target, node.id) >= 152);
    expect(near).toHaveLength(finds.length - 1);
    const times = stranger.times("find");
    const pauses = times.slice(2).map((time, index) => time - (times[index + 1] ?? 0));
    expect(pauses.every((pause) => pause >= 4_900 && pause <= 180_000)).toBe(true);
    expect(new Set(pauses.map(Math.round)).size).toBe(pauses.length);
  });

  test("asks about a random id of a bucket that was silent for ten minutes, for both families where both are lived in", async () => {
    const net = new Testnet({ latency: 1, families: [4, 6] });
    const node = net.spawnOne();
    const stranger = new Stranger(net).beHonest();
    stranger.send(node, { kind: "ping", ...stranger.envelope() });
    await node.connected();
    await net.advance("1m");
    stranger.onQuery = () => {};
    await net.advance("15m");
    stranger.ask(node, { kind: "ping" });
    await net.advance("5m");
    const finds = stranger.queries("find");
    expect(finds.some(({ want }) => want === 3)).toBe(true);
    expect(finds.some(({ target }) => InfoHash.commonBits(target, node.id) < 100)).toBe(true);
  });

  test("looks up our own id once we are connected, although an operation came first", async () => {
    const { net, node, stranger } = await nodeWith((each) => new Stranger(each).beHonest());
    await node.get("busy from the first moment");
    await net.advance("10s");
    expect(stranger.queries("find").some(({ target }) => target.equals(node.id))).toBe(true);
  });

  test("takes out nodes that don't answer any more", async () => {
    const net = await createTestnet({ nodes: 6, latency: 5 });
    net.crash(net.node(5));
    await net.advance("30m");
    for (const node of net.nodes.slice(0, 5)) {
      expect(node.dht.routingLog(4)).not.toContain(net.node(5).id.toString());
      expect(node.dht.stats(4).goodNodes).toBe(4);
    }
  });

  test("tries nodes that fell silent again, so that a cut network grows together after it is healed", async () => {
    const net = await createTestnet({ nodes: 30, latency: 5, bootstraps: 1 });
    const [left, right] = [net.nodes.slice(0, 15), net.nodes.slice(15)];
    net.partition([left, right]);
    await net.advance("1h");
    const knowsOtherSide = () =>
      left.filter((node) => right.some(({ id }) => node.dht.routingLog(4).includes(id.toString()))).length;
    expect(knowsOtherSide()).toBe(0);
    net.heal();
    await net.advance("30m");
    expect(knowsOtherSide()).toBe(15);
  });
});

describe("connectivityChanged", () => {
  test("makes the node connecting until somebody answers, and keeps puts and listens alive", async () => {
    const net = await createTestnet({ nodes: 6, latency: 5 });
    const node = net.node(3);
    await node.put("mine", "value", { permanent: true });
    const listener = node.listen("theirs");
    await net.advance("5s");
    node.dht.connectivityChanged();
    expect(node.status).toBe("connecting");
    expect(node.dht.publicAddresses()).toEqual([]);
    await node.connected();
    expect(node.dht.getPut(InfoHash.get("mine"))).toHaveLength(1);
    await net.node(0).put("theirs", "value");
    await listener.heard(1);
  });
});

describe("a search whose nodes are all dead", () => {
  test("makes the node doubt its peers, unless one has just answered, and at most every ten seconds", async () => {
    const net = await createTestnet({ nodes: 3, latency: 5 });
    const node = net.node(0);
    net.crash(net.nodes.slice(1));
    await net.advance("12s");
    const pings = () => node.dht.traffic.sent.ping;
    const gets = ["a", "b", "c"].map((name) => node.get(name));
    expect((await Promise.all(gets)).some(({ ok }) => ok)).toBe(false);
    expect(node.status).not.toBe("connected");
    const before = pings();
    await Promise.all(Array.from({ length: 50 }, (_, index) => node.get(`key ${index}`)));
    expect(pings() - before).toBeLessThan(10);
  });
});

describe("the public address", () => {
  test("is what most peers report, without port, and its change is told", async () => {
    const told: string[][] = [];
    const config = { events: { onPublicAddress: (all: readonly unknown[]) => told.push(all.map(String)) } };
    const net = await createTestnet({ nodes: 4, latency: 5, config: (index) => (index === 1 ? config : {}) });
    const expected = [net.node(1).address.withPort(0).toString()];
    expect(net.node(1).dht.publicAddresses(4).map(String)).toEqual(expected);
    expect(net.node(1).dht.publicAddresses(6)).toEqual([]);
    expect(told).toEqual([expected]);
  });
});

describe("a node in client mode", () => {
  test("puts, gets and listens, and is in nobody's table", async () => {
    const net = await createTestnet({ nodes: 10, latency: 5, config: (index) => ({ clientMode: index === 9 }) });
    const client = net.node(9);
    expect((await client.put("k", "v")).ok).toBe(true);
    expect(await client.getAll("k")).toHaveLength(1);
    const listener = client.listen("other");
    await net.node(0).put("other", "value");
    await listener.heard(1);
    await net.advance("10m");
    for (const node of net.nodes.slice(0, 9)) {
      expect(node.dht.routingLog(4)).not.toContain(client.id.toString());
      expect(node.dht.stats(4).goodNodes).toBeLessThanOrEqual(8);
    }
  });
});

describe("a bootstrap node", () => {
  test("keeps a wider table", async () => {
    const net = await createTestnet({ nodes: 150, latency: 5, config: (index) => ({ isBootstrap: index < 2 }) });
    const buckets = (node: TestNode) => node.dht.routingLog(4).match(/count:/g)?.length ?? 0;
    expect(buckets(net.node(0))).toBeGreaterThan(buckets(net.node(5)));
  });
});
