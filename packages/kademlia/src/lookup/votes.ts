import type { PackedValue } from "../value/index.ts";
import type { NodeEntry } from "../wire/index.ts";

/** One node's word on what is stored at a key. */
export interface Vote {
  readonly node: NodeEntry;
  readonly value: PackedValue;
}

export interface Winner {
  readonly value: PackedValue;
  readonly holders: number;
}

/** The value held most often; among equally frequent ones, the first. Nearest holder first, so nearness breaks a tie. */
export function winnerOf(values: readonly PackedValue[]): Winner | undefined {
  let best: Winner | undefined;
  for (const value of values) {
    const holders = values.filter((other) => other.equals(value)).length;
    if (!best || holders > best.holders) best = { value, holders };
  }
  return best;
}
