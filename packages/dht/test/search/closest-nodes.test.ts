import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { Peer } from "../../src/routing/index.ts";
import { ClosestNodes, MAX_HELD_NODES } from "../../src/search/closest-nodes.ts";
import { SEARCH_NODES } from "../../src/search/index.ts";
import type { SearchNode } from "../../src/search/search-node.ts";

const random = new SeededRandom(3);
const words = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
// Few distinct first words, so that the later ones decide too.
const ids = fc.tuple(fc.constantFrom(0, 1, -1), words, words, words, fc.nat(3)).map((parts) => new InfoHash(...parts));

function makePeer(id: InfoHash): Peer {
  return new Peer(id, SockAddr.ipv4(0x7f000001, 4222), false, random);
}

describe("the closest nodes", () => {
  test("are the closest of all that came, in order, each once, and only those are in use", () => {
    fc.assert(
      fc.property(ids, fc.array(ids, { maxLength: 60 }), (key, all) => {
        const nodes = new ClosestNodes(key, () => {});
        const peers = all.map(makePeer);
        for (const peer of peers) nodes.insert(peer, false, 0);
        const distinct = all.filter((id, index) => all.findIndex((other) => other.equals(id)) === index);
        const expected = distinct.sort((a, b) => key.xorCmp(a, b)).slice(0, SEARCH_NODES);
        expect(nodes.peers.map(({ id }) => id.toString())).toEqual(expected.map(String));
        expect(new Set(peers.filter((peer) => peer.isRetained))).toEqual(new Set(nodes.peers));
        for (const peer of nodes.peers) expect(nodes.find(peer)?.peer).toBe(peer);
      }),
    );
  });

  test("make no place for bad ones to count, but hold no more than there may be", () => {
    fc.assert(
      fc.property(ids, fc.array(fc.tuple(ids, fc.boolean()), { maxLength: 120 }), (key, arrivals) => {
        const dropped = new Set<SearchNode>();
        const nodes = new ClosestNodes(key, (node) => dropped.add(node));
        for (const [id, turnsBad] of arrivals) {
          const peer = makePeer(id);
          if (nodes.insert(peer, false, 0) && turnsBad) {
            const node = nodes.find(peer);
            if (node) node.isCandidate = true;
          }
          expect(nodes.countGood(0)).toBeLessThanOrEqual(SEARCH_NODES);
          expect(nodes.length).toBeLessThanOrEqual(MAX_HELD_NODES);
        }
        for (const node of nodes) expect(dropped.has(node)).toBe(false);
        for (const node of dropped) expect(node.peer.isRetained).toBe(false);
      }),
    );
  });

  test("take in neither clients nor peers that are taken for dead", () => {
    const nodes = new ClosestNodes(InfoHash.get("key"), () => {});
    const dead = makePeer(InfoHash.get("dead"));
    dead.isExpired = true;
    const client = new Peer(InfoHash.get("client"), SockAddr.ipv4(0x7f000001, 4222), true, random);
    expect(nodes.insert(dead, false, 0)).toBe(false);
    expect(nodes.insert(client, false, 0)).toBe(false);
  });

  test("forget, one per newcomer and the farthest first, who is dead and was not heard of for long", () => {
    const key = InfoHash.zero;
    const nodes = new ClosestNodes(key, () => {});
    const peers = [1, 2, 3].map((distance) => makePeer(new InfoHash(0, 0, 0, 0, distance)));
    for (const peer of peers) nodes.insert(peer, false, 0);
    for (const peer of peers) peer.isExpired = true;
    nodes.insert(makePeer(new InfoHash(0, 0, 0, 0, 9)), false, 0);
    expect(nodes.peers.map(({ id }) => id.e)).toEqual([1, 2, 9]);
  });
});
