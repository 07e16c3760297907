import { InfoHash } from "../id/index.ts";
import { type RandomSource, randomBelow } from "../random/index.ts";
import { NEVER, type Peer } from "./peer.ts";

/** Most peers in a bucket: Kademlia's k. */
export const BUCKET_SIZE = 8; // node behaviour, TARGET_NODES

/** The peers whose ids begin with the same `depth` bits. */
export class Bucket {
  /** The lowest id of the range. */
  readonly first: InfoHash;
  readonly depth: number;
  /** At most BUCKET_SIZE. */
  readonly peers: Peer[] = [];
  /** When a peer of this range last replied to us, monotonic ms. */
  repliedAt = NEVER;
  /** Would like to come in as soon as somebody leaves. */
  candidate: Peer | undefined;

  constructor(first: InfoHash, depth: number) {
    this.first = first;
    this.depth = depth;
  }

  /** Its place among the others. */
  get id(): InfoHash {
    return this.first;
  }

  get isFull(): boolean {
    return this.peers.length >= BUCKET_SIZE;
  }

  /** The upper half of the range, still without peers. */
  upperHalf(): Bucket {
    const upper = new Bucket(this.first.withBit(this.depth, true), this.depth + 1);
    upper.repliedAt = this.repliedAt;
    return upper;
  }

  /** The lower half of the range, still without peers. */
  lowerHalf(): Bucket {
    const lower = new Bucket(this.first, this.depth + 1);
    lower.repliedAt = this.repliedAt;
    return lower;
  }

  /** One of the peers by chance, expired ones only where there are no others. */
  randomPeer(random: RandomSource): Peer | undefined {
    const alive = this.peers.filter((peer) => !peer.isExpired);
    const among = alive.length > 0 ? alive : this.peers;
    return among.length === 0 ? undefined : among[randomBelow(random, among.length)];
  }

  /** Any id of the range. */
  randomId(random: RandomSource): InfoHash {
    const word = (index: number) => {
      const kept = Math.min(Math.max(this.depth - index * 32, 0), 32);
      const mask = kept === 0 ? 0 : -1 << (32 - kept);
      return (this.first.word(index) & mask) | (random.uint32() & ~mask);
    };
    return new InfoHash(word(0), word(1), word(2), word(3), word(4));
  }
}
