import type { Family } from "../address/index.ts";
import { InfoHash } from "../id/index.ts";
import { Bucket } from "./bucket.ts";
import { visitNearestFirst } from "./nearest.ts";
import { NEVER, type Peer } from "./peer.ts";

/** How sure we are of a peer: told by somebody (0), it sent us something (1), it answered us (2). */
export type Confirmation = 0 | 1 | 2;

/** Down to this depth, the table of a bootstrap node also splits buckets that don't hold its own id. */
export const BOOTSTRAP_SPLIT_DEPTH = 6; // node behaviour §4

export interface RoutingTableOptions {
  readonly family: Family;
  readonly ownId: InfoHash;
  /** Keeps a wider table (default false). */
  readonly isBootstrap?: boolean | undefined;
  /** Asks a peer for a sign of life; the answer comes back through `onPeer`. */
  readonly ping: (peer: Peer) => void;
}

export interface RoutingTableStats {
  /** Peers that answer. */
  readonly good: number;
  /** Peers that neither answer nor are known to be dead. */
  readonly dubious: number;
  /** Buckets with a candidate. */
  readonly cached: number;
  /** Good peers from whom something other than a reply came last. */
  readonly incoming: number;
  /** Depth of the bucket that holds our own id. */
  readonly depth: number;
}

/**
 * The buckets of one family: many peers near us, few far away (Kademlia; OpenDHT's rules for who stays).
 *
 * Buckets are in ascending order of their range and together cover the whole id space. Peers in it are retained.
 */
export class RoutingTable {
  readonly family: Family;
  readonly ownId: InfoHash;
  /** When a new peer last came up in the bucket of our own id, monotonic ms. */
  grownAt = NEVER;
  readonly #isBootstrap: boolean;
  readonly #ping: (peer: Peer) => void;
  readonly #buckets: Bucket[] = [new Bucket(InfoHash.zero, 0)];

  constructor(options: RoutingTableOptions) {
    this.family = options.family;
    this.ownId = options.ownId;
    this.#isBootstrap = options.isBootstrap ?? false;
    this.#ping = options.ping;
  }

  /** In ascending order of range. */
  get buckets(): readonly Bucket[] {
    return this.#buckets;
  }

  /** Index of the bucket whose range holds `id`. */
  indexOf(id: InfoHash): number {
    let low = 0;
    let high = this.#buckets.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const bucket = this.#buckets[middle];
      if (bucket !== undefined && bucket.first.compare(id) <= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  bucketOf(id: InfoHash): Bucket {
    const bucket = this.#buckets[this.indexOf(id)];
    if (bucket === undefined) throw new RangeError("the buckets of a routing table cover every id");
    return bucket;
  }

  has(peer: Peer): boolean {
    return this.bucketOf(peer.id).peers.includes(peer);
  }

  /**
   * Takes note of a peer, which must be neither a client nor ourselves.
   *
   * @returns true where the peer is news: it came in, or would like to. False where it is in the table already.
   */
  onPeer(peer: Peer, confirmation: Confirmation, now: number): boolean {
    for (;;) {
      const bucket = this.bucketOf(peer.id);
      if (confirmation === 2) bucket.repliedAt = now;
      if (bucket.peers.includes(peer)) return false;
      const isOwn = this.#isOwn(bucket);
      if (isOwn) this.grownAt = now;
      if (!bucket.isFull) {
        bucket.peers.unshift(peer);
        peer.retain();
        return true;
      }
      if (this.#replaceExpired(bucket, peer)) return true;
      const dubious = bucket.peers.find((member) => !member.isGood(now));
      if (dubious !== undefined && !dubious.hasPendingRequest) this.#ping(dubious);
      if (this.#maySplit(bucket, isOwn) && (dubious === undefined || this.#buckets.length === 1)) {
        this.#split(bucket);
        continue;
      }
      if (confirmation > 0 || bucket.candidate === undefined) this.#setCandidate(bucket, peer);
      return true;
    }
  }

  /**
   * Up to `count` good peers, nearest to `target` first.
   *
   * OpenDHT looks into the buckets beside the target's by turns, and so may miss nearer peers; here the buckets are visited
   * by their distance, which makes the answer exact.
   */
  findClosest(target: InfoHash, count: number, now: number): Peer[] {
    const found: Peer[] = [];
    visitNearestFirst(this.#buckets, target, (bucket) => {
      const start = found.length;
      for (const peer of bucket.peers) if (peer.isGood(now)) insertByDistance(found, start, peer, target);
      return found.length < count;
    });
    if (found.length > count) found.length = count;
    return found;
  }

  /** Takes dead peers out; where one left, the candidate is asked for a sign of life and forgotten. */
  removeExpired(): void {
    for (const bucket of this.#buckets) {
      const dead = bucket.peers.filter((peer) => peer.isExpired);
      if (dead.length === 0) continue;
      for (const peer of dead) {
        bucket.peers.splice(bucket.peers.indexOf(peer), 1);
        peer.release();
      }
      this.#pingCandidate(bucket);
    }
  }

  /** Our place in the network may have changed: nothing that we know is fresh. */
  connectivityChanged(now: number): void {
    this.grownAt = now;
    for (const bucket of this.#buckets) {
      bucket.repliedAt = NEVER;
      for (const peer of bucket.peers) peer.heardAt = NEVER;
    }
  }

  /** The good peers worth saving: those of our own bucket first. */
  goodPeers(now: number): Peer[] {
    const own = this.bucketOf(this.ownId);
    const others = this.#buckets.filter((bucket) => bucket !== own);
    return [own, ...others].flatMap((bucket) => bucket.peers.filter((peer) => peer.isGood(now)));
  }

  stats(now: number): RoutingTableStats {
    let good = 0;
    let dubious = 0;
    let cached = 0;
    let incoming = 0;
    for (const bucket of this.#buckets) {
      if (bucket.candidate !== undefined) cached++;
      for (const peer of bucket.peers) {
        if (peer.isGood(now)) {
          good++;
          if (peer.isIncoming) incoming++;
        } else if (!peer.isExpired) dubious++;
      }
    }
    return { good, dubious, cached, incoming, depth: this.bucketOf(this.ownId).depth };
  }

  #isOwn(bucket: Bucket): boolean {
    return this.bucketOf(this.ownId) === bucket;
  }

  #maySplit(bucket: Bucket, isOwn: boolean): boolean {
    if (bucket.depth >= InfoHash.BITS) return false;
    return isOwn || (this.#isBootstrap && bucket.depth < BOOTSTRAP_SPLIT_DEPTH);
  }

  #replaceExpired(bucket: Bucket, peer: Peer): boolean {
    const index = bucket.peers.findIndex((member) => member.isExpired);
    const expired = bucket.peers[index];
    if (expired === undefined) return false;
    peer.retain();
    bucket.peers[index] = peer;
    expired.release();
    return true;
  }

  #split(bucket: Bucket): void {
    this.#pingCandidate(bucket);
    const lower = bucket.lowerHalf();
    const upper = bucket.upperHalf();
    for (const peer of bucket.peers) (peer.id.getBit(bucket.depth) ? upper : lower).peers.push(peer);
    this.#buckets.splice(this.#buckets.indexOf(bucket), 1, lower, upper);
  }

  #setCandidate(bucket: Bucket, peer: Peer | undefined): void {
    peer?.retain();
    bucket.candidate?.release();
    bucket.candidate = peer;
  }

  #pingCandidate(bucket: Bucket): void {
    const { candidate } = bucket;
    if (candidate === undefined) return;
    this.#ping(candidate);
    this.#setCandidate(bucket, undefined);
  }
}

/** Sorts `peer` in behind `start`; what stands before is nearer anyway. */
function insertByDistance(found: Peer[], start: number, peer: Peer, target: InfoHash): void {
  let index = found.length;
  found.push(peer);
  for (; index > start; index--) {
    const before = found[index - 1];
    if (before === undefined || target.xorCmp(before.id, peer.id) <= 0) break;
    found[index] = before;
  }
  found[index] = peer;
}
