import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { type RandomSource, SeededRandom } from "../../src/random/index.ts";
import { MAX_SOCKETS_PER_PEER, PEER_EXPIRE_MS, PEER_GOOD_MS, Peer, type PeerOwner } from "../../src/routing/index.ts";

const address = SockAddr.ipv4(0x0a000001, 4222);

function newPeer(random: RandomSource = new SeededRandom(1), owner?: PeerOwner): Peer {
  return new Peer(InfoHash.get("peer"), address, false, random, owner);
}

describe("a peer", () => {
  test("is neither good nor expired until it replies", () => {
    const peer = newPeer();
    expect([peer.isGood(0), peer.isExpired, peer.isOld(0), peer.isRemovable(0)]).toEqual([false, false, true, false]);
    peer.heard(0);
    expect(peer.isGood(0)).toBe(false);
    peer.repliedAt = 0;
    expect(peer.isGood(0)).toBe(true);
  });

  test("tells who and where it was, also when it has moved", () => {
    const peer = newPeer();
    const before = peer.entry;
    expect(before).toEqual({ id: peer.id, address });
    expect(peer.entry).toBe(before);
    const elsewhere = SockAddr.ipv4(0x0a000002, 4222);
    peer.moveTo(elsewhere);
    expect(peer.entry).toEqual({ id: peer.id, address: elsewhere });
    expect(before.address).toBe(address);
  });

  test("is good for ten silent minutes", () => {
    const peer = newPeer();
    peer.heard(0);
    peer.repliedAt = 0;
    expect(peer.isGood(PEER_EXPIRE_MS)).toBe(true);
    expect(peer.isGood(PEER_EXPIRE_MS + 1)).toBe(false);
    expect([peer.isOld(PEER_EXPIRE_MS), peer.isOld(PEER_EXPIRE_MS + 1)]).toEqual([false, true]);
  });

  test("that is heard but never replies is good for two hours after its last reply", () => {
    const peer = newPeer();
    peer.repliedAt = 0;
    peer.heard(PEER_GOOD_MS);
    expect(peer.isGood(PEER_GOOD_MS)).toBe(true);
    expect(peer.isIncoming).toBe(true);
    peer.heard(PEER_GOOD_MS + 1);
    expect(peer.isGood(PEER_GOOD_MS + 1)).toBe(false);
  });

  test("comes back from the dead when it is heard", () => {
    const peer = newPeer();
    peer.expire();
    expect([peer.isExpired, peer.isRemovable(0)]).toEqual([true, true]);
    peer.heard(5);
    expect([peer.isExpired, peer.isRemovable(5)]).toEqual([false, false]);
  });

  test("that expires takes its requests and sockets along, requests first", () => {
    const peer = newPeer();
    const seen: string[] = [];
    const socket = peer.openSocket(() => {});
    peer.addRequest(7, {
      expire: () => {
        seen.push(`request expired, socket ${peer.getSocket(socket) === undefined ? "closed" : "open"}`);
        peer.removeRequest(7);
      },
    });
    peer.expire();
    expect(seen).toEqual(["request expired, socket open"]);
    expect([peer.hasPendingRequest, peer.getSocket(socket), peer.isRetained]).toEqual([false, undefined, false]);
  });

  test("counts transactions up from a random start, leaves out 0 and ids in use", () => {
    const last: RandomSource = { uint32: () => 2 ** 32 - 2, fill: (bytes) => bytes };
    const peer = newPeer(last);
    peer.addRequest(2, { expire: () => {} });
    expect([peer.nextTid(), peer.nextTid(), peer.nextTid()]).toEqual([2 ** 32 - 1, 1, 3]);
    expect(newPeer(new SeededRandom(1)).nextTid()).not.toBe(newPeer(new SeededRandom(2)).nextTid());
  });

  test(`has at most ${MAX_SOCKETS_PER_PEER} sockets`, () => {
    const peer = newPeer();
    const ids = new Set<number>();
    for (let i = 0; i < MAX_SOCKETS_PER_PEER; i++) ids.add(peer.openSocket(() => {}));
    expect([ids.size, ids.has(0)]).toEqual([MAX_SOCKETS_PER_PEER, false]);
    expect(peer.openSocket(() => {})).toBe(0);
    for (const id of ids) peer.closeSocket(id);
    expect(peer.openSocket(() => {})).not.toBe(0);
  });

  test("is in use from the first retain to the last release", () => {
    const seen: string[] = [];
    const peer = newPeer(new SeededRandom(1), { onUsed: () => seen.push("used"), onIdle: () => seen.push("idle") });
    peer.retain();
    const socket = peer.openSocket(() => {});
    peer.release();
    peer.closeSocket(socket);
    peer.closeSocket(socket);
    expect(seen).toEqual(["used", "idle"]);
  });

  test("has to prove its address again when it moves", () => {
    const peer = newPeer();
    peer.hasProvenAddress = true;
    peer.moveTo(SockAddr.ipv4(0x0a000001, 4222));
    expect(peer.hasProvenAddress).toBe(true);
    peer.moveTo(SockAddr.ipv4(0x0a000001, 4223));
    expect(peer.hasProvenAddress).toBe(false);
  });
});
