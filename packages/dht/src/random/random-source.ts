/**
 * Where the engine gets its chance from. The runner hands in the system's cryptographic source, a testnet a seeded one:
 * one seed gives exactly one run.
 */
export interface RandomSource {
  /** Uniform in 0 … 2^32−1. */
  uint32(): number;
  /** Fills the array with uniform bytes and returns it. */
  fill<T extends Uint8Array>(bytes: T): T;
}

/** Uniform in [low, high). */
export function uniform(random: RandomSource, low: number, high: number): number {
  return low + (random.uint32() / 2 ** 32) * (high - low);
}

/** Uniform integer in 0 … bound−1; `bound` at most 2^32. */
export function randomBelow(random: RandomSource, bound: number): number {
  return Math.floor((random.uint32() / 2 ** 32) * bound);
}

/** A random 64-bit id in 1 … 2^64−1 (0 means "none"). */
export function randomId64(random: RandomSource): bigint {
  for (;;) {
    const id = (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
    if (id !== 0n) return id;
  }
}
