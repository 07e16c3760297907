import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { MAX_CLAIMANTS, type Peer } from "../../src/routing/index.ts";
import { createTestnet } from "../../src/testnet/index.ts";
import { Value } from "../../src/value/index.ts";
import { encodeMessage } from "../../src/wire/index.ts";
import { envelope, key, Outcome, RpcRig, reply, theirAddress, theirId } from "../rpc/rpc-rig.ts";

const elsewhere = SockAddr.ipv4(0x0a00_0063, 4222);
const token = new Uint8Array(32);

/** A rig whose peer has just answered from its address. */
function settled(): { rig: RpcRig; peer: Peer } {
  const rig = new RpcRig();
  const peer = rig.peer();
  rig.receive(reply(rig.rpc.ping(peer, new Outcome()).tid));
  rig.sent.length = 0;
  rig.events.length = 0;
  return { rig, peer };
}

describe("a query in the name of a peer that answers elsewhere", () => {
  test("is answered where it came from, and moves nobody", () => {
    const { rig, peer } = settled();
    rig.receive({ kind: "ping", ...envelope(5) }, elsewhere);
    expect(rig.sent).toMatchObject([{ to: elsewhere }]);
    expect(peer.address).toBe(theirAddress);
    expect(rig.events).toEqual(["query ping"]);
  });

  test("keeps no dead peer alive", () => {
    const { rig, peer } = settled();
    rig.scheduler.advance(60_000);
    rig.receive({ kind: "ping", ...envelope(5) }, elsewhere);
    expect(peer.heardAt).toBe(0);
  });

  test("has the peer asked where it was, unless it was heard just now or is being asked", () => {
    const { rig } = settled();
    rig.receive({ kind: "ping", ...envelope(5) }, elsewhere);
    expect(rig.sent).toHaveLength(1);
    rig.scheduler.advance(5001);
    for (let i = 0; i < 100; i++) rig.receive({ kind: "ping", ...envelope(5) }, elsewhere);
    expect(rig.sent.filter(({ to }) => to.equals(theirAddress))).toHaveLength(1);
  });

  test("moves the peer once it has left the old place: its next message counts", () => {
    const { rig, peer } = settled();
    rig.scheduler.advance(6000);
    rig.receive({ kind: "ping", ...envelope(5) }, elsewhere);
    rig.scheduler.advance(10_000);
    expect(peer.isExpired).toBe(true);
    rig.receive({ kind: "ping", ...envelope(6) }, elsewhere);
    expect([peer.address, peer.isExpired, peer.hasProvenAddress]).toEqual([elsewhere, false, false]);
    expect(rig.rpc.peers4.at(theirId, elsewhere)).toBe(peer);
  });

  test("doesn't reach the sockets of the peer, and is acknowledged all the same", () => {
    const { rig, peer } = settled();
    const heard: string[] = [];
    const socketId = rig.rpc.openSocket(peer, (message) => heard.push(message.kind));
    rig.onQuery = (query, from) => rig.rpc.reply(from, query.tid, {});
    const news = { version: 1, key, token, announced: [], refreshed: [], expired: [] } as const;
    rig.receive({ kind: "update", ...envelope(5), ...news, socketId, values: [new Value({ id: 1n })] }, elsewhere);
    expect(heard).toEqual([]);
    expect(rig.sent).toMatchObject([{ to: elsewhere }]);
  });

  test("may subscribe: the news reach who asked for them, and his acknowledgement is understood", () => {
    const { rig } = settled();
    rig.receive({ kind: "ping", ...envelope(5) }, elsewhere);
    const claimant = rig.rpc.peers4.at(theirId, elsewhere);
    if (claimant === undefined) throw new Error("the claimant is known");
    rig.rpc.update(claimant, key, 9, 1, { kind: "expired", ids: [1n] });
    expect(rig.sent.at(-1)?.to).toBe(elsewhere);
    rig.receive(reply(rig.lastMessage?.tid ?? 0), elsewhere);
    expect(rig.rpc.pendingRequests).toBe(0);
  });

  test(`is remembered with the last ${MAX_CLAIMANTS}, each id once`, () => {
    const rig = new RpcRig({ maxReqPerSec: -1 });
    for (let i = 0; i < 2 * MAX_CLAIMANTS; i++) {
      const id = InfoHash.get(`peer ${i}`);
      rig.receive(reply(rig.rpc.ping(rig.peer(id), new Outcome()).tid, {}, id));
      for (let port = 1; port <= 3; port++) rig.receive({ kind: "ping", ...envelope(1, id) }, elsewhere.withPort(port));
      expect(rig.rpc.peers4.at(id, elsewhere.withPort(3))?.address.port).toBe(3);
      expect(rig.rpc.peers4.at(id, elsewhere.withPort(1))?.address).toBe(theirAddress);
    }
    expect(rig.rpc.peers4.at(InfoHash.get("peer 0"), elsewhere.withPort(3))?.address).toBe(theirAddress);
  });
});

describe("an answer that comes from another address than the one asked", () => {
  test("counts, as hosts with several addresses give such, but moves nobody", () => {
    const { rig, peer } = settled();
    const outcome = new Outcome();
    const request = rig.rpc.ping(peer, outcome);
    rig.receive(reply(request.tid), elsewhere);
    expect(outcome.calls).toEqual(["reply completed"]);
    expect(peer.address).toBe(theirAddress);
  });

  test("and lacks its token shuts nobody out: whoever lives there may know nothing of it", () => {
    const { rig, peer } = settled();
    const outcome = new Outcome();
    const request = rig.rpc.get(peer, key, undefined, undefined, outcome);
    rig.receive(reply(request.tid), elsewhere);
    expect(outcome.calls).toEqual(["over refused"]);
    expect([rig.rpc.isBlacklisted(elsewhere), rig.rpc.isBlacklisted(theirAddress)]).toEqual([false, false]);
  });

  test("nor does it when the peer has claimed to live there between question and answer", () => {
    const rig = new RpcRig();
    const peer = rig.peer();
    const request = rig.rpc.get(peer, key, undefined, undefined, new Outcome());
    rig.receive({ kind: "ping", ...envelope(5) }, elsewhere);
    expect(peer.address).toBe(elsewhere);
    rig.scheduler.advance(1500);
    rig.receive(reply(request.tid), elsewhere);
    expect(rig.rpc.isBlacklisted(elsewhere)).toBe(false);
    expect(peer.hasProvenAddress).toBe(false);
  });

  test("is matched by id and number, so guessing wrong numbers changes nothing, and is limited", () => {
    const { rig, peer } = settled();
    const outcome = new Outcome();
    const request = rig.rpc.get(peer, key, undefined, undefined, outcome);
    for (let i = 1; i < 5000; i++) rig.rpc.receive(encodeMessage(reply((request.tid + i) >>> 0, { token })), elsewhere);
    expect([outcome.calls, peer.address]).toEqual([[], theirAddress]);
    expect(rig.rpc.stats.dropped).toMatchObject({ unmatchedReply: 1024, rateLimited: 3975 });
    rig.receive(reply(request.tid, { token }));
    expect(outcome.calls).toEqual(["reply completed"]);
  });
});

test("a network whose every node is impersonated goes on finding values, and tells of nobody's wrong address", async () => {
  const net = await createTestnet({ nodes: 20, seed: 3, latency: 1 });
  await net.node(1).put("k", "v", { permanent: true });
  const forger = net.attach();
  const aliases = net.nodes.map((node) => encodeMessage({ kind: "ping", ...envelope(1, node.id) }));
  for (let round = 0; round < 60; round++) {
    for (const node of net.nodes) for (const alias of aliases) forger.send(alias, node.address);
    await net.advance(500);
  }
  const nobody = forger.address4;
  for (const node of net.nodes) {
    expect(node.status).toBe("connected");
    expect(node.exportNodes().some(({ address }) => nobody !== undefined && address.equals(nobody))).toBe(false);
    expect(await node.getAll("k")).toHaveLength(1);
  }
});
