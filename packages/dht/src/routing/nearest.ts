import { Hash, type InfoHash } from "../id/index.ts";

/** Something with a place in the id space. */
export interface Placed {
  readonly id: InfoHash;
}

/**
 * Hands out the items nearest to `target` first (XOR metric), until `take` returns false.
 *
 * A range of ids in ascending order is a binary tree whose branches are ranges again: the branch on the target's side is
 * nearer as a whole than the other one. So nothing is sorted, and only what is taken is looked at.
 *
 * @param sorted distinct ids in ascending order
 */
export function visitNearestFirst<T extends Placed>(
  sorted: readonly T[],
  target: InfoHash,
  take: (item: T) => boolean,
): void {
  visitRange(sorted, 0, sorted.length, target, take);
}

function visitRange<T extends Placed>(
  sorted: readonly T[],
  low: number,
  high: number,
  target: InfoHash,
  take: (item: T) => boolean,
): boolean {
  const first = sorted[low];
  const last = sorted[high - 1];
  if (low >= high || first === undefined || last === undefined) return true;
  if (first === last) return take(first);
  const bit = Hash.commonBits(first.id, last.id);
  const middle = firstWithBit(sorted, low, high, bit);
  return target.getBit(bit)
    ? visitRange(sorted, middle, high, target, take) && visitRange(sorted, low, middle, target, take)
    : visitRange(sorted, low, middle, target, take) && visitRange(sorted, middle, high, target, take);
}

/** Where the upper branch begins, in a range that shares all bits before `bit`. */
function firstWithBit(sorted: readonly Placed[], low: number, high: number, bit: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]?.id.getBit(bit)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Index of the first item whose id isn't below `id`. */
export function lowerBound(sorted: readonly Placed[], id: InfoHash): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && item.id.compare(id) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
