import { describe, expect, it } from "vitest";
import { NodeId } from "../../src/id/index.ts";
import { createTestnet, Testnet } from "../../src/testnet/index.ts";
import { parseRequest } from "../../src/wire/index.ts";
import { idOf, idWithPrefix } from "../support/ids.ts";
import { RawPeer } from "../support/raw-peer.ts";

/** Greets a node, so that it takes the peers in. */
async function introduce(
  net: Testnet,
  peers: readonly RawPeer[],
  node: { address: RawPeer["address"] },
): Promise<void> {
  for (const peer of peers) peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
  await net.advance(1_000);
}

describe("a lookup", () => {
  it("has alpha requests in flight, and sends the next when one is answered, not when all are (paper §2.3)", async () => {
    const net = new Testnet({ latencyMs: [10, 10] });
    const node = net.add({ alpha: 3, keepAliveMs: Number.POSITIVE_INFINITY });
    const peers = Array.from({ length: 12 }, (_, index) => RawPeer.plain(net, idOf(`peer-${index}`)));
    await introduce(net, peers, node);
    const [slow] = [...peers].sort((a, b) => idOf("target").compareDistance(a.id, b.id));
    const asked: number[] = [];
    const begun = net.scheduler.now();
    net.network.filter = (datagram, from, to) => {
      const isFind = datagram[0] === 0 && from === node.address && parseRequest(datagram).method === "find_node";
      if (isFind) asked.push(net.scheduler.now() - begun);
      return !to.equals(slow?.address ?? node.address);
    };
    await net.settle(node.engine.set(idOf("target"), (await import("../../src/value/index.ts")).PackedValue.pack("v")));
    expect(asked.slice(0, 3)).toEqual([0, 0, 0]);
    expect(asked.slice(3, 5)).toEqual([20, 20]); // two answers came after 20 ms; the slow one holds nobody up
  });

  it("goes on without a dead node after one patience, and does without it at all next time", async () => {
    const net = await createTestnet({ nodes: 30, latencyMs: [1, 2] });
    const [node, ...others] = net.nodes;
    if (!node) throw new Error("no node");
    await net.advance(10_000);
    net.crash(others.slice(0, 3));
    const elapsed = async (key: string) => {
      const begun = net.scheduler.now();
      expect(await node.set(key, "value")).toMatchObject({ ok: true, asked: 20, acknowledged: 20 });
      return net.scheduler.now() - begun;
    };
    expect(await elapsed("first")).toBeLessThan(400);
    await net.advance(600);
    expect(await elapsed("first")).toBeLessThan(20);
  });

  it("sends once more to a node among the k nearest whose answer was lost (paper §4.1)", async () => {
    const net = new Testnet({ latencyMs: [10, 10] });
    const node = net.add();
    const peer = RawPeer.plain(net, idOf("peer"));
    await introduce(net, [peer], node);
    let lost = 0;
    net.network.filter = (datagram, from) => !(from === node.address && datagram[0] === 0 && lost++ === 0);
    expect(await node.set("key", "value")).toMatchObject({ ok: true, acknowledged: 1 });
    expect(node.engine.stats.retransmissions).toBe(1);
    const finds = peer.datagrams.filter(
      (datagram) => datagram[0] === 0 && parseRequest(datagram).method === "find_node",
    );
    expect(finds).toHaveLength(1);
  });

  it("takes an answer sent twice once", async () => {
    const net = new Testnet();
    const node = net.add();
    const peer = RawPeer.plain(net, idOf("peer"));
    await introduce(net, [peer], node);
    const deliver = net.network.filter;
    net.network.filter = (datagram, from, to) => {
      if (from === peer.address && datagram[0] === 1) {
        net.network.filter = deliver;
        net.network.send(datagram, from, to);
      }
      return true;
    };
    expect(await node.set("key", "value")).toMatchObject({ ok: true, acknowledged: 1 });
    await net.advance(100);
    expect(node.engine.stats.answersDropped).toBeGreaterThan(0);
  });

  it("does not believe an answer from elsewhere", async () => {
    const net = new Testnet({ latencyMs: [10, 10] });
    const node = net.add();
    const peer = RawPeer.plain(net, idOf("peer"));
    const forger = new RawPeer(net, idOf("forger"));
    await introduce(net, [peer], node);
    peer.onRequest = (request) => (request.method === "find_value" ? undefined : peer.plainAnswer(request));
    net.network.filter = (datagram, from) => {
      if (from === node.address && datagram[0] === 0 && parseRequest(datagram).method === "find_value") {
        forger.send(
          Buffer.concat([Uint8Array.of(1), datagram.subarray(1, 21), Buffer.from("81a576616c7565a3666f67", "hex")]),
          from,
        );
      }
      return true;
    };
    expect(await node.get("key")).toMatchObject({ found: false, reason: "unreachable" });
    expect(node.engine.stats.answersDropped).toBeGreaterThan(0);
  });

  it("believes neither private addresses from a public node nor its own id", async () => {
    const net = new Testnet();
    const { address } = RawPeer.plain(net, idOf("x"));
    const node = net.add({}, (await import("../support/address.ts")).addressOf("198.51.100.1"));
    const outside = new RawPeer(
      net,
      idOf("outside"),
      (await import("../support/address.ts")).addressOf("198.51.100.2"),
    );
    outside.onRequest = (request) =>
      outside.plainAnswer(request, [
        { id: idOf("x"), address },
        { id: node.id, address: node.address },
      ]);
    await introduce(net, [outside], node);
    expect(await node.set("key", "value")).toMatchObject({ ok: true, asked: 1 });
  });
});

describe("finding a value", () => {
  /** Peers around one key: each holds the given value, or none. */
  async function withHolders(values: readonly (string | undefined)[], k = 20) {
    const net = new Testnet({ latencyMs: [10, 10] });
    const node = net.add({ id: idWithPrefix("1", "reader"), k, keepAliveMs: Number.POSITIVE_INFINITY });
    const key = NodeId.fromHex("00".repeat(20));
    const { PackedValue } = await import("../../src/value/index.ts");
    const holders = values.map((value, index) => {
      const bytes = new Uint8Array(20);
      bytes[19] = index + 1; // nearest first
      const peer = RawPeer.plain(net, NodeId.from(bytes));
      peer.onRequest = (request) =>
        request.method === "find_value" && value !== undefined
          ? { kind: "value", value: PackedValue.pack(value) }
          : peer.plainAnswer(request);
      return peer;
    });
    await introduce(net, holders, node);
    return { net, node, key, holders };
  }

  it("asks three holders and takes what most of them hold", async () => {
    const { net, node, key, holders } = await withHolders(["old", "new", "new", "old", "old"]);
    expect(await net.settle(node.engine.get(key))).toMatchObject({ value: "new", holders: 2, asked: 3 });
    expect(holders.map((peer) => peer.requestsOf("find_value").length)).toEqual([1, 1, 1, 0, 0]);
  });

  it("takes the nearest holder's word where there is no majority", async () => {
    const { net, node, key } = await withHolders(["a", "b", "c"]);
    expect(await net.settle(node.engine.get(key))).toMatchObject({ value: "a", holders: 1 });
  });

  it("stops at the first answer if that is wanted (paper §2.3)", async () => {
    const { net, node, key } = await withHolders(["a", "b", "b", "b"]);
    expect(await net.settle(node.engine.get(key, { quorum: 1 }))).toMatchObject({ value: "a", asked: 3 });
  });

  it("leaves a copy on the nearest node that answered without it (paper §2.3)", async () => {
    const { net, node, key, holders } = await withHolders([undefined, undefined, "value", "value"]);
    expect(await net.settle(node.engine.get(key))).toMatchObject({ value: "value", holders: 2 });
    await net.advance(10_000);
    expect(holders.map((peer) => peer.requestsOf("store").length)).toEqual([1, 0, 0, 0]);
    expect(holders[0]?.requestsOf("store")[0]?.value.unpack()).toBe("value");
  });

  it("finds values that look like nothing", async () => {
    const net = await createTestnet({ nodes: 4 });
    const [first, , , last] = net.nodes;
    for (const value of ["", 0, false, new Uint8Array()]) {
      await first?.set("key", value);
      expect(await last?.get("key", { local: false })).toMatchObject({ found: true, value });
    }
  });

  it("gives up as soon as it is told to", async () => {
    const { net, node, key } = await withHolders(["a"]);
    net.network.conditions.loss = 1;
    const abort = new AbortController();
    const getting = node.engine.get(key, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(getting).rejects.toThrow("enough");
    await expect(node.engine.get(key, { signal: abort.signal })).rejects.toThrow("enough");
  });
});
