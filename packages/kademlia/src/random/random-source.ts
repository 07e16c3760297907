/**
 * Where the engine gets its chance from. A server hands in the system's cryptographic source, a simulation a seeded
 * one: one seed gives exactly one run.
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

export function randomBytes(random: RandomSource, count: number): Uint8Array<ArrayBuffer> {
  return random.fill(new Uint8Array(count));
}
