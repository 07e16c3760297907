import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { MAX_IDLE_PEERS, MIN_IDLE_PEERS, NEVER, PEER_EXPIRE_MS, PeerCache } from "../../src/routing/index.ts";

const here = SockAddr.ipv4(0x0a000001, 4222);
const there = SockAddr.ipv4(0x0a000002, 4222);
const id = InfoHash.get("peer");

function newCache(): PeerCache {
  return new PeerCache(4, new SeededRandom(1));
}

describe("who is who", () => {
  test("one id is one record", () => {
    const cache = newCache();
    const peer = cache.heard(id, here, false, 0);
    expect(cache.heard(id, here, false, 1)).toBe(peer);
    expect(cache.mentioned(id, here, 2)).toBe(peer);
    expect(cache.get(id)).toBe(peer);
    expect(cache.size).toBe(1);
  });

  test("a peer that sends from elsewhere has moved", () => {
    const cache = newCache();
    const peer = cache.heard(id, here, false, 0);
    cache.heard(id, there, false, 1);
    expect(peer.address).toBe(there);
  });

  test("hearsay doesn't move a peer that was heard lately, but one that was not", () => {
    const cache = newCache();
    const peer = cache.heard(id, here, false, 0);
    cache.mentioned(id, there, PEER_EXPIRE_MS);
    expect(peer.address).toBe(here);
    cache.mentioned(id, there, PEER_EXPIRE_MS + 1);
    expect(peer.address).toBe(there);
    expect(peer.heardAt).toBe(0);
  });

  test("being mentioned doesn't bring a peer back to life, being heard does", () => {
    const cache = newCache();
    const peer = cache.heard(id, here, false, 0);
    peer.expire();
    cache.mentioned(id, here, 1);
    expect(peer.isExpired).toBe(true);
    cache.heard(id, here, false, 2);
    expect(peer.isExpired).toBe(false);
  });

  test("once a client, always a client", () => {
    const cache = newCache();
    expect(cache.heard(id, here, true, 0).isClient).toBe(true);
    expect(cache.heard(id, here, false, 1).isClient).toBe(true);
  });
});

describe("the closest peers", () => {
  const random = new SeededRandom(3);
  const cache = newCache();
  const peers = Array.from({ length: 200 }, () =>
    cache.heard(InfoHash.random(random), here, random.uint32() % 5 === 0, 0),
  );
  for (const peer of peers) if (random.uint32() % 4 === 0) peer.expire();

  test("are exact, without clients and dead ones", () => {
    for (let i = 0; i < 20; i++) {
      const target = InfoHash.random(random);
      const askable = peers.filter((peer) => !peer.isClient && !peer.isExpired);
      const expected = askable.sort((a, b) => target.xorCmp(a.id, b.id)).slice(0, 14);
      expect(cache.closest(target, 14)).toEqual(expected);
    }
    expect(cache.closest(InfoHash.zero, 0)).toEqual([]);
  });
});

describe("forgetting", () => {
  test(`at most ${MAX_IDLE_PEERS} unused peers are remembered: those heard last`, () => {
    const cache = newCache();
    const ids = Array.from({ length: MAX_IDLE_PEERS }, (_, index) => InfoHash.get(`peer ${index}`));
    for (const each of ids) cache.heard(each, here, false, 0);
    cache.heard(ids[0] ?? id, here, false, 1);
    cache.mentioned(id, here, 2);
    expect(cache.size).toBe(MAX_IDLE_PEERS);
    expect(cache.get(ids[0] ?? id)).toBeDefined();
    expect(cache.get(ids[1] ?? id)).toBeUndefined();
    expect(cache.closest(id, MAX_IDLE_PEERS + 1)).toHaveLength(MAX_IDLE_PEERS);
  });

  test("a peer in use stays, however long ago it was heard", () => {
    const cache = newCache();
    const peer = cache.heard(id, here, false, 0);
    peer.retain();
    for (let i = 0; i < MAX_IDLE_PEERS * 2; i++) cache.heard(InfoHash.get(`peer ${i}`), here, false, i);
    expect(cache.get(id)).toBe(peer);
    expect(cache.size).toBe(MAX_IDLE_PEERS + 1);
    peer.release();
    expect(cache.size).toBe(MAX_IDLE_PEERS);
  });
});

test(`silent peers that nobody uses are forgotten, except for ${MIN_IDLE_PEERS}`, () => {
  const cache = newCache();
  const used = cache.heard(InfoHash.get("used"), here, false, 0);
  used.retain();
  for (let i = 0; i < 100; i++) cache.heard(InfoHash.get(`silent ${i}`), here, false, 0);
  for (let i = 0; i < 10; i++) cache.heard(InfoHash.get(`heard ${i}`), here, false, PEER_EXPIRE_MS);
  cache.forgetStale(PEER_EXPIRE_MS);
  expect(cache.size).toBe(111);
  cache.forgetStale(PEER_EXPIRE_MS + 1);
  expect(cache.size).toBe(MIN_IDLE_PEERS + 1);
  expect([cache.get(InfoHash.get("heard 0")), cache.get(InfoHash.get("used"))].every((peer) => peer)).toBe(true);
});

test("after a change of connectivity everybody is alive, and nobody is good", () => {
  const cache = newCache();
  const peer = cache.heard(id, here, false, 0);
  peer.repliedAt = 0;
  const dead = cache.heard(InfoHash.get("dead"), here, false, 0);
  dead.expire();
  cache.connectivityChanged();
  expect([dead.isExpired, peer.repliedAt, peer.isGood(0)]).toEqual([false, NEVER, false]);
});
