import { InfoHash } from "../id/index.ts";
import { type RandomSource, randomBelow } from "../random/index.ts";
import { BUCKET_SIZE, type Bucket, type Peer, type RoutingTable } from "../routing/index.ts";

/** One chance in so many to ask a neighbouring bucket instead of the one in need. */
const NEIGHBOUR_CHANCE = 8; // node behaviour §5.2
/** One chance in so many to ask for nodes of both families although the other table needs none. */
const BOTH_FAMILIES_CHANCE = 38; // node behaviour §5.2

/** Whom to ask for nodes near which id, to keep a routing table filled. */
export interface Lookup {
  readonly peer: Peer;
  readonly target: InfoHash;
  /** Ask for nodes of both families, not only of the peer's. */
  readonly wantsBoth: boolean;
}

/**
 * For a bucket that is empty or hasn't replied for long: ask about a random id of its range.
 *
 * @param other the table of the other family, if the node lives in both
 */
export function chooseRefill(
  table: RoutingTable,
  bucket: Bucket,
  other: RoutingTable | undefined,
  random: RandomSource,
): Lookup | undefined {
  const target = bucket.randomId(random);
  const peer = choosePeer(table, table.buckets.indexOf(bucket), random);
  if (peer === undefined) return undefined;
  return { peer, target, wantsBoth: other !== undefined && needsBoth(other, target, random) };
}

/** Around our own id, where it matters most that the table is complete. */
export function chooseNeighbourhoodLookup(
  table: RoutingTable,
  wantsBoth: boolean,
  random: RandomSource,
): Lookup | undefined {
  const { a, b, c, d, e } = table.ownId;
  const target = new InfoHash(a, b, c, d, (e & ~0xff) | randomBelow(random, 256));
  const peer = choosePeer(table, table.indexOf(target), random);
  return peer && { peer, target, wantsBoth };
}

/** From the bucket itself; where that is empty, and now and then by chance, from one beside it. */
function choosePeer(table: RoutingTable, index: number, random: RandomSource): Peer | undefined {
  let chosen = table.buckets[index];
  const next = table.buckets[index + 1];
  const previous = table.buckets[index - 1];
  if (next && (!chosen?.peers.length || randomBelow(random, NEIGHBOUR_CHANCE) === 0)) chosen = next;
  if (previous?.peers.length && (!chosen?.peers.length || randomBelow(random, NEIGHBOUR_CHANCE) === 0))
    chosen = previous;
  return chosen?.randomPeer(random);
}

function needsBoth(other: RoutingTable, target: InfoHash, random: RandomSource): boolean {
  return other.bucketOf(target).peers.length < BUCKET_SIZE || randomBelow(random, BOTH_FAMILIES_CHANCE) === 0;
}
