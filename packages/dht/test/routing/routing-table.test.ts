import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { Hash, InfoHash } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import {
  BOOTSTRAP_SPLIT_DEPTH,
  BUCKET_SIZE,
  type Confirmation,
  NEVER,
  PEER_EXPIRE_MS,
  type Peer,
  PeerCache,
  RoutingTable,
} from "../../src/routing/index.ts";

const address = SockAddr.ipv4(0x0a000001, 4222);
const ownId = InfoHash.zero.withBit(159, true);

class Rig {
  readonly random = new SeededRandom(5);
  readonly cache = new PeerCache(4, this.random);
  readonly pinged: Peer[] = [];
  readonly table: RoutingTable;
  now = 0;

  constructor(isBootstrap = false) {
    this.table = new RoutingTable({ family: 4, ownId, isBootstrap, ping: (peer) => this.pinged.push(peer) });
  }

  /** A peer that has answered just now, not yet told to the table. */
  good(id: InfoHash): Peer {
    const peer = this.cache.heard(id, address, false, this.now);
    peer.repliedAt = this.now;
    return peer;
  }

  /** A peer that was only mentioned. */
  dubious(id: InfoHash): Peer {
    return this.cache.mentioned(id, address, this.now);
  }

  add(peer: Peer, confirmation: Confirmation = 2): boolean {
    return this.table.onPeer(peer, confirmation, this.now);
  }

  /** Ids whose first bit is set: far from our own. */
  farId(): InfoHash {
    return InfoHash.random(this.random).withBit(0, true);
  }

  nearId(): InfoHash {
    return InfoHash.random(this.random).withBit(0, false);
  }

  /** A full bucket of good peers in the far half, and enough near us for the table to be split. */
  fillFarHalf(): Peer[] {
    const far = Array.from({ length: BUCKET_SIZE }, () => this.good(this.farId()));
    for (const peer of far) this.add(peer);
    this.add(this.good(this.nearId()));
    return far;
  }
}

describe("what enters", () => {
  test("a bucket takes eight peers, newest first", () => {
    const rig = new Rig();
    const peers = Array.from({ length: BUCKET_SIZE }, () => rig.dubious(rig.farId()));
    for (const peer of peers) expect(rig.add(peer, 0)).toBe(true);
    expect(rig.table.buckets).toHaveLength(1);
    expect(rig.table.buckets[0]?.peers).toEqual(peers.reverse());
  });

  test("a peer that is in is no news", () => {
    const rig = new Rig();
    const peer = rig.good(rig.farId());
    expect([rig.add(peer), rig.add(peer), rig.add(peer, 1)]).toEqual([true, false, false]);
    expect(rig.table.has(peer)).toBe(true);
  });

  test("a full bucket far from us doesn't split: the newcomer becomes the candidate", () => {
    const rig = new Rig();
    rig.fillFarHalf();
    expect(rig.table.buckets).toHaveLength(2);
    const newcomer = rig.good(rig.farId());
    expect(rig.add(newcomer)).toBe(true);
    expect(rig.table.has(newcomer)).toBe(false);
    expect(rig.table.bucketOf(newcomer.id).candidate).toBe(newcomer);
    expect(rig.pinged).toEqual([]);
  });

  test("hearsay doesn't push a candidate aside, a sign of life does", () => {
    const rig = new Rig();
    rig.fillFarHalf();
    const [first, second, third] = [rig.dubious(rig.farId()), rig.dubious(rig.farId()), rig.dubious(rig.farId())];
    rig.add(first, 0);
    rig.add(second, 0);
    expect(rig.table.bucketOf(first.id).candidate).toBe(first);
    rig.add(third, 1);
    expect(rig.table.bucketOf(first.id).candidate).toBe(third);
    expect([first.isRetained, third.isRetained]).toEqual([false, true]);
  });

  test("an expired member makes room at once", () => {
    const rig = new Rig();
    const far = rig.fillFarHalf();
    far[3]?.expire();
    const newcomer = rig.dubious(rig.farId());
    expect(rig.add(newcomer, 0)).toBe(true);
    expect(rig.table.has(newcomer)).toBe(true);
    expect(far[3]?.isRetained).toBe(false);
  });

  test("the first dubious member of a full bucket is asked for a sign of life, unless it is being asked", () => {
    const rig = new Rig();
    const far = rig.fillFarHalf();
    rig.now = PEER_EXPIRE_MS + 1;
    rig.add(rig.good(rig.farId()));
    const first = far.at(-1);
    expect(rig.pinged).toEqual([first]);
    first?.addRequest(1, { expire: () => {} });
    rig.add(rig.good(rig.farId()));
    expect(rig.pinged).toEqual([first]);
  });

  test("our own bucket waits for the answer of a dubious member before it splits", () => {
    const rig = new Rig();
    rig.fillFarHalf();
    for (let i = 0; i < BUCKET_SIZE - 1; i++) rig.add(rig.good(rig.nearId()));
    const buckets = rig.table.buckets.length;
    rig.now = PEER_EXPIRE_MS + 1;
    rig.add(rig.good(rig.nearId()));
    expect(rig.table.buckets).toHaveLength(buckets);
    expect(rig.pinged).toHaveLength(1);
  });

  test("a table with a single bucket splits even if members are dubious", () => {
    const rig = new Rig();
    for (let i = 0; i < BUCKET_SIZE; i++) rig.add(rig.dubious(rig.farId()), 0);
    rig.add(rig.dubious(rig.nearId()), 0);
    expect(rig.table.buckets).toHaveLength(2);
  });

  test("splitting asks the candidate for a sign of life", () => {
    const rig = new Rig();
    const peers = Array.from({ length: BUCKET_SIZE }, () => rig.good(rig.nearId()));
    for (const peer of peers) rig.add(peer);
    const bucket = rig.table.bucketOf(ownId);
    const candidate = rig.good(rig.nearId());
    candidate.retain();
    bucket.candidate = candidate;
    rig.add(rig.good(rig.nearId()));
    expect(rig.pinged).toEqual([candidate]);
  });

  test("growth next to us is remembered", () => {
    const rig = new Rig();
    rig.fillFarHalf();
    rig.now = 1000;
    rig.add(rig.good(rig.farId()));
    expect(rig.table.grownAt).toBe(0);
    rig.add(rig.good(rig.nearId()));
    expect(rig.table.grownAt).toBe(1000);
  });

  test("only replies keep a bucket fresh", () => {
    const rig = new Rig();
    const peer = rig.good(rig.farId());
    rig.add(peer, 0);
    rig.add(peer, 1);
    expect(rig.table.bucketOf(peer.id).repliedAt).toBe(NEVER);
    rig.now = 5;
    rig.add(peer, 2);
    expect(rig.table.bucketOf(peer.id).repliedAt).toBe(5);
  });

  test("the table of a bootstrap node also splits far from itself, down to a depth of six", () => {
    const narrow = new Rig();
    const wide = new Rig(true);
    for (const rig of [narrow, wide]) for (let i = 0; i < 2000; i++) rig.add(rig.good(InfoHash.random(rig.random)));
    const farDepths = (rig: Rig) => rig.table.buckets.filter(({ first }) => first.getBit(0)).map(({ depth }) => depth);
    expect(farDepths(narrow)).toEqual([1]);
    expect(farDepths(wide)).toEqual(Array(2 ** (BOOTSTRAP_SPLIT_DEPTH - 1)).fill(BOOTSTRAP_SPLIT_DEPTH));
  });
});

describe("what leaves", () => {
  test("dead peers are taken out, and the candidate of their bucket is asked", () => {
    const rig = new Rig();
    const far = rig.fillFarHalf();
    const candidate = rig.good(rig.farId());
    rig.add(candidate);
    rig.table.removeExpired();
    expect(rig.pinged).toEqual([]);
    far[0]?.expire();
    far[5]?.expire();
    rig.table.removeExpired();
    expect(rig.table.bucketOf(candidate.id).peers).toHaveLength(BUCKET_SIZE - 2);
    expect(rig.pinged).toEqual([candidate]);
    expect(rig.table.bucketOf(candidate.id).candidate).toBeUndefined();
  });

  test("after a change of connectivity nothing in the table is fresh or good", () => {
    const rig = new Rig();
    const far = rig.fillFarHalf();
    rig.now = 7;
    rig.table.connectivityChanged(rig.now);
    expect(rig.table.buckets.map((bucket) => bucket.repliedAt)).toEqual([NEVER, NEVER]);
    expect(far.every((peer) => peer.isOld(rig.now))).toBe(true);
    expect(rig.table.grownAt).toBe(7);
  });
});

describe("what is handed out", () => {
  test("the closest are good, sorted, exact, at most as many as asked", () => {
    const rig = new Rig();
    for (let i = 0; i < 500; i++) {
      const id = InfoHash.random(rig.random);
      rig.add(i % 3 === 0 ? rig.dubious(id) : rig.good(id), i % 3 === 0 ? 0 : 2);
    }
    const good = rig.table.buckets.flatMap((bucket) => bucket.peers).filter((peer) => peer.isGood(0));
    for (let i = 0; i < 50; i++) {
      const target = InfoHash.random(rig.random);
      const expected = [...good].sort((a, b) => target.xorCmp(a.id, b.id));
      expect(rig.table.findClosest(target, 8, 0)).toEqual(expected.slice(0, 8));
      expect(rig.table.findClosest(target, 10_000, 0)).toEqual(expected);
    }
  });

  test("the peers worth saving are the good ones, those nearest to us first", () => {
    const rig = new Rig();
    const far = rig.fillFarHalf();
    far[0]?.expire();
    const saved = rig.table.goodPeers(0);
    expect(saved).toHaveLength(BUCKET_SIZE);
    expect(saved[0]?.id.getBit(0)).toBe(false);
    expect(saved).not.toContain(far[0]);
  });

  test("numbers", () => {
    const rig = new Rig();
    const far = rig.fillFarHalf();
    rig.add(rig.dubious(rig.nearId()), 0);
    rig.add(rig.good(rig.farId()));
    far[0]?.expire();
    rig.now = 10;
    far[1]?.heard(10);
    expect(rig.table.stats(10)).toEqual({ good: 8, dubious: 1, cached: 1, incoming: 1, depth: 1 });
  });

  test("a peer by chance is a living one, if there is one", () => {
    const rig = new Rig();
    const far = rig.fillFarHalf();
    const bucket = rig.table.bucketOf(far[0]?.id ?? ownId);
    for (const peer of far.slice(1)) peer.expire();
    for (let i = 0; i < 20; i++) expect(bucket.randomPeer(rig.random)).toBe(far[0]);
    far[0]?.expire();
    expect(far).toContain(bucket.randomPeer(rig.random));
  });

  test("an id by chance lies in the bucket's range", () => {
    const rig = new Rig(true);
    for (let i = 0; i < 1000; i++) rig.add(rig.good(InfoHash.random(rig.random)));
    for (const bucket of rig.table.buckets) {
      for (let i = 0; i < 10; i++) expect(rig.table.bucketOf(bucket.randomId(rig.random))).toBe(bucket);
    }
  });
});

describe("whatever happens", () => {
  const step = fc.record({
    seed: fc.integer(),
    prefix: fc.integer({ min: 0, max: 40 }),
    confirmation: fc.constantFrom<Confirmation>(0, 1, 2),
    event: fc.constantFrom("nothing", "expire", "removeExpired", "wait", "moved"),
  });

  test("buckets cover the id space, hold what belongs there, and retain exactly that", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(step, { maxLength: 150 }), (isBootstrap, steps) => {
        const rig = new Rig(isBootstrap);
        const all = new Set<Peer>();
        for (const { seed, prefix, confirmation, event } of steps) {
          // Ids near ours are as likely as far ones, so that the table gets deep.
          const random = InfoHash.random(new SeededRandom(seed));
          const id = random.xor(ownId).isZero() ? random : shareBits(random, prefix);
          const peer = confirmation === 0 ? rig.dubious(id) : rig.good(id);
          all.add(peer);
          rig.add(peer, confirmation);
          if (event === "expire") peer.expire();
          if (event === "removeExpired") rig.table.removeExpired();
          if (event === "wait") rig.now += PEER_EXPIRE_MS / 2;
          if (event === "moved") rig.table.connectivityChanged(rig.now);
          checkInvariants(rig, isBootstrap);
        }
        const inTable = rig.table.buckets.flatMap(({ peers, candidate }) =>
          candidate ? [...peers, candidate] : peers,
        );
        expect([...all].filter((peer) => peer.isRetained).length).toBe(new Set(inTable).size);
      }),
      { numRuns: 60 },
    );
  });

  function shareBits(id: InfoHash, count: number): InfoHash {
    let shared = id;
    for (let bit = 0; bit < count; bit++) shared = shared.withBit(bit, ownId.getBit(bit));
    return shared.equals(ownId) ? shared.withBit(158, true) : shared;
  }

  function checkInvariants({ table }: Rig, isBootstrap: boolean): void {
    expect(table.buckets[0]?.first).toEqual(InfoHash.zero);
    const share = table.buckets.reduce((sum, bucket) => sum + 2 ** -bucket.depth, 0);
    expect(share).toBe(1);
    for (const [index, bucket] of table.buckets.entries()) {
      const before = table.buckets[index - 1];
      if (before !== undefined) expect(before.first.compare(bucket.first)).toBe(-1);
      expect(bucket.peers.length).toBeLessThanOrEqual(BUCKET_SIZE);
      expect(new Set(bucket.peers).size).toBe(bucket.peers.length);
      for (const peer of bucket.peers) {
        expect(Hash.commonBits(peer.id, bucket.first)).toBeGreaterThanOrEqual(bucket.depth);
        expect(table.indexOf(peer.id)).toBe(index);
      }
      // The other half of a split: its sibling holds our id, or it is shallow enough for a bootstrap node.
      const isBesideOwn = Hash.commonBits(bucket.first, ownId) >= bucket.depth - 1;
      expect(isBesideOwn || (isBootstrap && bucket.depth <= BOOTSTRAP_SPLIT_DEPTH)).toBe(true);
    }
  }
});
