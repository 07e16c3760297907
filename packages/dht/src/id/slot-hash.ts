import type { InfoHash } from "./info-hash.ts";

const PRIME = 2 ** 31 - 1;

/**
 * A secret function from ids to numbers of 31 bits (multilinear hashing: half-words times secret factors, modulo a prime).
 *
 * Whoever doesn't know the factors can't choose ids that fall together more often than by chance, whatever ids he
 * chooses; mixing a salt into one of the common hash functions doesn't give that.
 */
export class SlotHash {
  // Ten products of 16 and 31 bits: their sum stays below 2^53, and so exact.
  readonly #a: number;
  readonly #b: number;
  readonly #c: number;
  readonly #d: number;
  readonly #e: number;
  readonly #f: number;
  readonly #g: number;
  readonly #h: number;
  readonly #i: number;
  readonly #j: number;

  /** @param salt any 32-bit number, from which the factors are drawn */
  constructor(salt: number) {
    let state = salt | 0;
    const factor = () => {
      // splitmix32
      state = (state + 0x9e3779b9) | 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 1;
    };
    this.#a = factor();
    this.#b = factor();
    this.#c = factor();
    this.#d = factor();
    this.#e = factor();
    this.#f = factor();
    this.#g = factor();
    this.#h = factor();
    this.#i = factor();
    this.#j = factor();
  }

  of({ a, b, c, d, e }: InfoHash): number {
    const sum =
      this.#a * (a >>> 16) +
      this.#b * (a & 0xffff) +
      this.#c * (b >>> 16) +
      this.#d * (b & 0xffff) +
      this.#e * (c >>> 16) +
      this.#f * (c & 0xffff) +
      this.#g * (d >>> 16) +
      this.#h * (d & 0xffff) +
      this.#i * (e >>> 16) +
      this.#j * (e & 0xffff);
    return (sum - Math.floor(sum / PRIME) * PRIME) | 0;
  }
}
