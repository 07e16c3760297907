/** Eight bytes that are seen as two words or as one bigint: the cheapest way from one to the other. */
const words = new Uint32Array(2);
const whole = new BigUint64Array(words.buffer);

words[0] = 1;
const LOW = whole[0] === 1n ? 0 : 1;
const HIGH = 1 - LOW;

export function uint64FromWords(high: number, low: number): bigint {
  words[HIGH] = high;
  words[LOW] = low;
  return whole[0] ?? 0n;
}

/** Sets the number that `highWord` and `lowWord` then tell of. */
export function splitUint64(value: bigint): void {
  whole[0] = value;
}

export function highWord(): number {
  return words[HIGH] ?? 0;
}

export function lowWord(): number {
  return words[LOW] ?? 0;
}
