import { type RandomSource, uniform } from "@hashmere/dht/engine";
import { MAX_REPEAT_SPREAD_MS, REPEAT_DISTANCE_MS } from "./limits.ts";

/** When, within how many ms, one of so many things is to be done that would else all be done at once. */
export function spread(count: number, random: RandomSource): number {
  return uniform(random, 0, Math.min((count - 1) * REPEAT_DISTANCE_MS, MAX_REPEAT_SPREAD_MS));
}
