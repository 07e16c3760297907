/** What the Kademlia paper asks for beyond the Python library, each seen in virtual time. */

import { describe, expect, it } from "vitest";
import { NodeId } from "../../src/id/index.ts";
import { lifetimeMs } from "../../src/node/lifetime.ts";
import { isHandedOver } from "../../src/node/maintenance/index.ts";
import { RoutingTable } from "../../src/routing/index.ts";
import { digest } from "../../src/server/index.ts";
import { createTestnet, type TestNode, Testnet } from "../../src/testnet/index.ts";
import { PackedValue } from "../../src/value/index.ts";
import { addressOf } from "../support/address.ts";
import { idOf, idWithPrefix } from "../support/ids.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { vectors } from "../support/vectors.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const quiet = { keepAliveMs: Number.POSITIVE_INFINITY };

function first(net: Testnet): TestNode {
  const [node] = net.nodes;
  if (!node) throw new Error("no node");
  return node;
}

const holdersOf = (net: Testnet, key: string) => net.nodes.filter((node) => node.isUp && node.held(key) !== undefined);

describe("the life of a value", () => {
  it("goes on for days while its publisher lives: it is stored anew every 24 hours (paper §2.3)", async () => {
    const net = await createTestnet({ nodes: 12, node: { k: 5, ...quiet } });
    await first(net).set("key", "value");
    for (let day = 1; day <= 3; day++) {
      await net.advance(24 * HOUR);
      expect(await net.nodes[7]?.get("key", { local: false })).toMatchObject({ value: "value" });
    }
    const [{ publishedAt = 0 } = {}] = first(net).engine.publisher.publications;
    expect(net.scheduler.wallClock() - publishedAt).toBeLessThan(24 * HOUR);
  });

  it("ends 25 hours after the publisher's last store, though holders hand it on every hour (paper §2.5)", async () => {
    const net = await createTestnet({ nodes: 12, node: { k: 5, ...quiet } });
    await first(net).set("key", "value", { publish: false });
    await net.advance(24.5 * HOUR);
    expect(holdersOf(net, "key").length).toBeGreaterThanOrEqual(5);
    await net.advance(1 * HOUR);
    expect(holdersOf(net, "key")).toEqual([]);
    await net.advance(24 * HOUR);
    expect(await first(net).get("key")).toMatchObject({ found: false, reason: "absent" });
  });

  it("is not made longer by readers and the copies that they leave", async () => {
    const net = await createTestnet({ nodes: 12, node: { k: 5, ...quiet } });
    await first(net).set("key", "value", { publish: false });
    for (let hour = 1; hour <= 25; hour++) {
      await net.advance(HOUR);
      await net.nodes[hour % 12]?.get("key", { local: false });
    }
    await net.advance(2 * HOUR);
    expect(holdersOf(net, "key")).toEqual([]);
  });

  it("ends within 25 hours when its publisher takes it back", async () => {
    const net = await createTestnet({ nodes: 8, node: { k: 5, ...quiet } });
    await first(net).set("key", "value");
    expect(first(net).engine.publisher.remove(digest("key"))).toBe(true);
    await net.advance(26 * HOUR);
    expect(holdersOf(net, "key")).toEqual([]);
  });

  it("is full among the k nearest nodes and halves with each node nearer than that (paper §2.3)", () => {
    expect(lifetimeMs(0, 20)).toBe(25 * HOUR);
    expect(lifetimeMs(20, 20)).toBe(25 * HOUR);
    expect(lifetimeMs(21, 20)).toBe(12.5 * HOUR);
    expect(lifetimeMs(23, 20)).toBe((25 * HOUR) / 8);
    expect(lifetimeMs(1_000, 20)).toBe(5 * MINUTE);
  });

  it("is short where it lands far from its key (paper §2.3)", async () => {
    const net = new Testnet({ node: { k: 2, ...quiet } });
    const node = net.add({ id: idWithPrefix("1", "far") });
    for (let index = 0; index < 5; index++) {
      const peer = RawPeer.plain(net, idWithPrefix("0", `near-${index}`));
      peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
    }
    await net.advance(1_000);
    const key = idWithPrefix("0", "key");
    const peer = RawPeer.plain(net, idWithPrefix("0", "near-0"));
    peer.sendRequest({ method: "store", sender: peer.id, key, value: PackedValue.pack("v") }, node.address);
    await net.advance(1_000);
    const nearer = node.engine.table.countNearerThanSelf(key);
    expect(nearer).toBeGreaterThan(2);
    const expiresIn = (node.engine.holdings.get(key)?.expiresAt ?? 0) - net.scheduler.wallClock();
    expect(expiresIn / HOUR).toBeCloseTo(25 / 2 ** (nearer - 2), 1);
  });
});

describe("holders", () => {
  it("put a value back on k nodes within the hour after some have vanished (paper §2.5)", async () => {
    const net = await createTestnet({ nodes: 20, node: { k: 5, ...quiet } });
    await first(net).set("key", "value", { publish: false });
    const holders = holdersOf(net, "key");
    net.crash(holders.filter((node) => node !== first(net)).slice(0, 3));
    expect(holdersOf(net, "key").length).toBeLessThan(5);
    await net.advance(1.5 * HOUR);
    expect(holdersOf(net, "key").length).toBeGreaterThanOrEqual(5);
  });

  it("are mostly spared by the one who is first: a store seen means that others have it too (paper §2.5)", async () => {
    const net = await createTestnet({ nodes: 12, node: { k: 5, ...quiet } });
    await first(net).set("key", "value", { publish: false });
    await net.advance(50 * MINUTE);
    let copies = 0;
    net.network.filter = (datagram) => {
      if (datagram[0] === 0 && Buffer.from(datagram).includes("replicate")) copies++;
      return true;
    };
    await net.advance(70 * MINUTE);
    expect(copies).toBeGreaterThanOrEqual(4);
    expect(copies).toBeLessThan(5 * 4); // five holders, of which at most a few did it
  });

  it("need no search where they know their neighbourhood (paper §2.5)", async () => {
    const net = await createTestnet({ nodes: 8, node: { k: 3, ...quiet } });
    await first(net).set("key", "value", { publish: false });
    const [holder] = holdersOf(net, "key");
    if (!holder) throw new Error("nobody holds it");
    await net.advance(30 * MINUTE);
    const before = holder.engine.stats.requestsSent;
    await net.settle(holder.engine.refresh());
    expect(holder.engine.stats.requestsSent).toBe(before); // nothing is due yet
    await net.advance(50 * MINUTE);
    expect(holdersOf(net, "key").length).toBeGreaterThanOrEqual(3);
  });

  it("do not overwrite a newer value with an older one that they still hold", async () => {
    const net = await createTestnet({ nodes: 6, node: { k: 20, ...quiet } });
    const [writer, stale] = net.nodes;
    if (!writer || !stale) throw new Error("no nodes");
    await writer.set("key", "old", { publish: false });
    await net.advance(2 * HOUR);
    net.network.filter = (_, from, to) => from !== stale.address && to !== stale.address;
    await writer.set("key", "new", { publish: false });
    net.network.filter = () => true;
    expect(stale.held("key")).toBe("old");
    await net.advance(3 * HOUR);
    for (const node of net.nodes) expect(node.held("key")).toBe("new");
  });

  it("keep a stale holder of another make from being believed: they adopt what most hold", async () => {
    const net = new Testnet({ node: { k: 5, ...quiet } });
    const holder = net.add();
    const peers = Array.from({ length: 4 }, (_, index) => RawPeer.plain(net, idOf(`peer-${index}`)));
    for (const peer of peers) {
      peer.onRequest = (request) =>
        request.method === "find_value" ? { kind: "value", value: PackedValue.pack("new") } : peer.plainAnswer(request);
      peer.sendRequest({ method: "ping", sender: peer.id }, holder.address);
    }
    await net.advance(1_000);
    peers[0]?.sendRequest(
      { method: "store", sender: peers[0].id, key: digest("key"), value: PackedValue.pack("old") },
      holder.address,
    );
    await net.advance(1.5 * HOUR);
    expect(holder.held("key")).toBe("new");
    expect(peers.flatMap((peer) => peer.requestsOf("store"))).toEqual([]);
  });
});

describe("a publisher", () => {
  it("stops spreading its value when most holders have another one by now", async () => {
    const events: string[] = [];
    const net = await createTestnet({ nodes: 6, node: { ...quiet, onEvent: ({ type }) => events.push(type) } });
    const [before, after] = net.nodes;
    await before?.set("key", "mine");
    await net.advance(2 * HOUR);
    await after?.set("key", "yours");
    await net.advance(30 * HOUR);
    expect(before?.engine.publisher.publications).toEqual([]);
    expect(events.filter((type) => type === "superseded")).toHaveLength(1);
    expect(await before?.get("key", { local: false })).toMatchObject({ value: "yours" });
  });

  it("tries again soon when nobody answered", async () => {
    const net = await createTestnet({ nodes: 4, node: quiet });
    await first(net).set("key", "value");
    net.network.conditions.loss = 1;
    await net.advance(24.5 * HOUR);
    net.network.conditions.loss = 0;
    await net.advance(2 * HOUR);
    expect(await net.nodes[2]?.get("key", { local: false })).toMatchObject({ value: "value" });
  });
});

describe("a newcomer", () => {
  it.each(vectors.handover)("is given exactly the pairs of the paper's rule: case %#", (vector) => {
    const table = new RoutingTable({ ownId: NodeId.fromHex(vector.own_id), k: vector.k, bitsPerHop: 5, now: 0 });
    for (const [index, hex] of [...vector.neighbors, vector.new_node].entries()) {
      table.add({ id: NodeId.fromHex(hex), address: addressOf(`10.0.0.${index + 1}`) }, 0);
    }
    const newcomer = { id: NodeId.fromHex(vector.new_node) };
    const given = vector.stored_keys.filter((hex) => isHandedOver(NodeId.fromHex(hex), newcomer, table));
    expect(given).toEqual(vector.handed_over_by_paper_rule);
  });

  it.each(vectors.handover)("of another make gets them by plain stores, a few at a time: case %#", async (vector) => {
    const net = new Testnet({ node: quiet });
    const node = net.add({ id: NodeId.fromHex(vector.own_id), k: vector.k });
    const [publisher, ...others] = [idOf("publisher").hex, ...vector.neighbors].map((hex) =>
      RawPeer.plain(net, NodeId.fromHex(hex)),
    );
    if (!publisher) throw new Error("missing");
    for (const hex of vector.stored_keys) {
      node.engine.holdings.publish(NodeId.fromHex(hex), PackedValue.pack(hex));
    }
    for (const peer of others) peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
    await net.advance(20_000);
    const newcomer = RawPeer.plain(net, NodeId.fromHex(vector.new_node));
    newcomer.sendRequest({ method: "ping", sender: newcomer.id }, node.address);
    await net.advance(20_000);
    const given = newcomer.requestsOf("store").map(({ key }) => key.hex);
    expect(given.toSorted()).toEqual(vector.handed_over_by_paper_rule.toSorted());
    expect(newcomer.requestsOf("replicate")).toEqual([]);
  });

  it("gets a thousand pairs without being flooded", async () => {
    const net = new Testnet({ node: quiet, latencyMs: [1, 2] });
    const node = net.add();
    for (let index = 0; index < 1_000; index++) {
      node.engine.holdings.publish(idOf(`key-${index}`), PackedValue.pack(index));
    }
    let outstanding = 0;
    let most = 0;
    net.network.filter = (datagram, from) => {
      if (from === node.address && datagram[0] === 0) most = Math.max(most, ++outstanding);
      else if (datagram[0] === 1) outstanding--;
      return true;
    };
    const [newcomer] = await net.spawn(1);
    await net.advance(60_000);
    expect(newcomer?.engine.stats.pairs).toBe(1_000);
    expect(most).toBeLessThanOrEqual(16);
  });

  it("of our own make keeps the age of what it is given", async () => {
    const net = new Testnet({ node: quiet });
    const [node] = await net.spawn(2);
    await node?.set("key", "value", { publish: false });
    await net.advance(10 * HOUR);
    const [newcomer] = await net.spawn(1);
    await net.advance(10_000);
    const pair = newcomer?.engine.holdings.get(digest("key"));
    expect(((pair?.expiresAt ?? 0) - net.scheduler.wallClock()) / HOUR).toBeCloseTo(15, 0);
  });
});

describe("buckets", () => {
  it("are refreshed when no lookup went through them for an hour (paper §2.3)", async () => {
    const net = await createTestnet({ nodes: 30, node: { k: 4, ...quiet } });
    const { engine } = first(net);
    await net.advance(10 * HOUR);
    const now = net.scheduler.now();
    for (const bucket of engine.table.buckets()) expect(now - bucket.touchedAt).toBeLessThan(1.1 * HOUR);
  });

  it("beyond the nearest neighbour are filled when joining (paper §2.3)", async () => {
    const net = await createTestnet({ nodes: 60, node: { k: 4, ...quiet } });
    const [newcomer] = await net.spawn(1);
    await net.advance(10_000);
    const table = newcomer?.engine.table;
    for (let shared = 0; shared < 4; shared++) {
      const known = [...(table?.contacts() ?? [])].filter(({ id }) => id.commonBits(newcomer?.id ?? id) === shared);
      expect(known.length, `contacts that share ${shared} bits`).toBeGreaterThan(0);
    }
  });
});

describe("keeping alive", () => {
  it("pings contacts unheard of for 25 s, so that the way in through a NAT stays open", async () => {
    const net = new Testnet();
    const node = net.add();
    const peer = RawPeer.plain(net, idOf("peer"));
    peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
    await net.advance(1_000);
    const before = peer.requestsOf("ping").length;
    await net.advance(10 * MINUTE);
    const pings = peer.requestsOf("ping").length - before;
    expect(pings).toBeGreaterThanOrEqual(10);
    expect(pings).toBeLessThanOrEqual(25);
  });
});
