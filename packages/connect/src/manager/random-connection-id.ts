import type { RandomSource } from "@hashmere/dht";

/** The number of a new connection: uniform in 1 … 2^53, so that every language can hold it (DHTNet connection protocol). */
export function randomConnectionId(random: RandomSource): bigint {
  const bits = (BigInt(random.uint32()) << 21n) | BigInt(random.uint32() >>> 11);
  return bits + 1n;
}
