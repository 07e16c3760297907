import { type Vote, winnerOf } from "../../lookup/index.ts";
import type { Pair } from "../../storage/index.ts";
import type { PackedValue } from "../../value/index.ts";

/** A value younger than this is not doubted: others may not have heard of it yet. */
const BEYOND_DOUBT_MS = 3_600_000;

/**
 * The value that more of the nodes nearest to a key hold than hold `own`, if there is one and `own` is not new. Nothing
 * on the wire orders two values; this keeps a holder or publisher that missed a change from undoing it.
 *
 * @param held what this node itself holds at the key
 */
export function outvotedBy(
  own: { readonly value: PackedValue; readonly publishedAt: number },
  votes: readonly Vote[],
  held: Pair | undefined,
  wallClock: number,
): PackedValue | undefined {
  if (wallClock - own.publishedAt < BEYOND_DOUBT_MS) return undefined;
  const values = votes.map(({ value }) => value);
  if (held) values.unshift(held.value);
  const winner = winnerOf(values);
  const supporters = values.filter((value) => value.equals(own.value)).length;
  return winner && winner.holders > supporters ? winner.value : undefined;
}
