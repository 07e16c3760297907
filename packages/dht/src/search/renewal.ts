import { type RandomSource, uniform } from "../random/index.ts";
import { RENEWAL_JITTER, RENEWAL_MARGIN_MS } from "./limits.ts";

/** The shortest time between two renewals, whatever a value type says. */
const MIN_RENEWAL_MS = 1000;

/**
 * How long after one announcement or subscription the next one goes out: RENEWAL_MARGIN_MS before the end of its life.
 * For lives so short that the margin leaves almost nothing, a quarter of the life: otherwise it would never stop.
 */
export function renewalInterval(lifetimeMs: number, random: RandomSource): number {
  const interval = Math.max(lifetimeMs - RENEWAL_MARGIN_MS, lifetimeMs / 4, MIN_RENEWAL_MS);
  return slightlyEarly(interval, random);
}

/** The interval, or up to RENEWAL_JITTER of it less: what began together drifts apart. */
export function slightlyEarly(intervalMs: number, random: RandomSource): number {
  return intervalMs * uniform(random, 1 - RENEWAL_JITTER, 1);
}
