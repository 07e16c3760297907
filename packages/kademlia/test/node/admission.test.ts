import { describe, expect, it } from "vitest";
import { MAX_INTRODUCTIONS } from "../../src/node/admission.ts";
import { Testnet } from "../../src/testnet/index.ts";
import { encodeRequest } from "../../src/wire/index.ts";
import { addressOf } from "../support/address.ts";
import { idOf, idWithPrefix } from "../support/ids.ts";
import { RawPeer } from "../support/raw-peer.ts";

describe("the door to the routing table", () => {
  it("opens to a sender that answers a ping with its id", async () => {
    const net = new Testnet();
    const node = net.add();
    const peer = RawPeer.plain(net, idOf("peer"));
    peer.sendRequest({ method: "find_node", sender: peer.id, target: idOf("x") }, node.address);
    await net.advance(1_000);
    expect(peer.requestsOf("ping")).toHaveLength(1);
    expect(node.engine.table.find(peer.id)?.address).toEqual(peer.address);
  });

  it("stays closed to a forged sender: nobody answers there (anti-spoofing)", async () => {
    const net = new Testnet();
    const node = net.add();
    const victim = addressOf("10.9.9.9");
    net.network.send(
      encodeRequest(new Uint8Array(20), { method: "ping", sender: idOf("forged") }),
      victim,
      node.address,
    );
    await net.advance(10_000);
    expect(node.engine.table.size).toBe(0);
  });

  it("does not let a flood of forged senders make it ping without end", async () => {
    const net = new Testnet();
    const node = net.add();
    for (let index = 0; index < 5_000; index++) {
      const datagram = encodeRequest(new Uint8Array(20), { method: "ping", sender: idOf(`forged-${index}`) });
      net.network.send(datagram, addressOf(`10.8.${index >> 8}.${index & 255 || 1}`), node.address);
    }
    await net.advance(900);
    expect(node.engine.stats.requestsSent).toBeLessThanOrEqual(MAX_INTRODUCTIONS);
  });

  it("admits a node under the id that it answers with, not the one that others gave it", async () => {
    const net = new Testnet();
    const node = net.add();
    const peer = RawPeer.plain(net, idOf("true"));
    peer.sendRequest({ method: "ping", sender: idOf("false") }, node.address);
    await net.advance(1_000);
    expect(node.engine.table.find(idOf("false"))).toBeUndefined();
    expect(node.engine.table.find(idOf("true"))).toBeDefined();
  });

  it("opens to both of two nodes that join through each other at the same time", async () => {
    const net = new Testnet();
    const [one, other] = [net.add(), net.add()];
    const joins = [one.bootstrap([other]), other.bootstrap([one])];
    expect((await Promise.all(joins)).map((found) => found.length)).toEqual([1, 1]);
  });

  it("opens at the first bootstrap though strangers flood it", async () => {
    const net = new Testnet();
    const [node, friend] = [net.add(), net.add()];
    for (let index = 0; index < 1_000; index++) {
      const datagram = encodeRequest(new Uint8Array(20), { method: "ping", sender: idOf(`forged-${index}`) });
      net.network.send(datagram, addressOf(`10.8.${index >> 8}.${index & 255 || 1}`), node.address);
    }
    await net.advance(100);
    expect(await node.bootstrap([friend])).toHaveLength(1);
  });

  it("replaces a node that came back at its address with a new id", async () => {
    const net = new Testnet();
    const node = net.add();
    const [before] = await net.spawn(1);
    await net.advance(1_000);
    if (!before) throw new Error("no node");
    expect(node.engine.table.find(before.id)).toBeDefined();
    before.crash();
    const after = net.add({}, before.address);
    await after.bootstrap([node]);
    await net.advance(1_000);
    expect(node.engine.table.find(before.id)).toBeUndefined();
    expect(node.engine.table.find(after.id)?.address).toEqual(before.address);
    expect(node.engine.table.size).toBe(1);
  });

  it("does not follow a known id to another address while the known one answers", async () => {
    const net = new Testnet();
    const node = net.add();
    const peer = RawPeer.plain(net, idOf("peer"));
    peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
    await net.advance(1_000);
    const thief = RawPeer.plain(net, peer.id);
    thief.sendRequest({ method: "ping", sender: thief.id }, node.address);
    await net.advance(10_000);
    expect(node.engine.table.find(peer.id)?.address).toEqual(peer.address);
    expect(thief.requestsOf("ping")).toEqual([]);
  });

  it("follows a node that has moved, once its old address is silent", async () => {
    const net = new Testnet();
    const node = net.add();
    const old = RawPeer.plain(net, idOf("peer"));
    old.sendRequest({ method: "ping", sender: old.id }, node.address);
    await net.advance(1_000);
    net.network.detach(old.address);
    const moved = RawPeer.plain(net, old.id);
    for (let tries = 0; tries < 2; tries++) {
      moved.sendRequest({ method: "ping", sender: moved.id }, node.address);
      await net.advance(10_000);
    }
    expect(node.engine.table.find(old.id)?.address).toEqual(moved.address);
    expect(node.engine.table.size).toBe(1);
  });

  it("puts a waiting node in the place of one that failed five times, after asking it (paper §4.1)", async () => {
    const net = new Testnet({ node: { k: 2, bitsPerHop: 1, keepAliveMs: Number.POSITIVE_INFINITY } });
    const node = net.add({ id: idWithPrefix("0", "own") });
    const [first, second, dead, waiting] = ["a", "b", "dead", "waiting"].map((name) =>
      RawPeer.plain(net, idWithPrefix("1", name)),
    );
    if (!first || !second || !dead || !waiting) throw new Error("missing");
    const near = ["x", "y"].map((name) => RawPeer.plain(net, idWithPrefix("0", name)));
    for (const peer of [first, second, ...near, waiting, dead]) {
      peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
      await net.advance(1_000);
    }
    expect(waiting.requestsOf("ping")).toEqual([]); // no ping at once
    net.network.detach(first.address);
    net.network.detach(dead.address);
    for (let failures = 0; failures < 6; failures++) {
      await net.settle(node.engine.get(idWithPrefix("1", `key-${failures}`)));
      await net.advance(120_000);
    }
    expect(node.engine.table.find(first.id)).toBeUndefined();
    expect(node.engine.table.find(second.id)).toBeDefined();
    expect(node.engine.table.find(waiting.id)).toBeDefined();
  });
});
