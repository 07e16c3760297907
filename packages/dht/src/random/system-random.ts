import type { RandomSource } from "./random-source.ts";

// biome-ignore lint/style/noRestrictedGlobals: this is the source that is handed in
const system = crypto;
const POOL_WORDS = 1024;

/** The system's cryptographic source, drawn in pools so that a transaction id doesn't cost a system call. */
export class SystemRandom implements RandomSource {
  readonly #pool = new Uint32Array(POOL_WORDS);
  #used = POOL_WORDS;

  uint32(): number {
    if (this.#used === POOL_WORDS) {
      system.getRandomValues(this.#pool);
      this.#used = 0;
    }
    return this.#pool[this.#used++] ?? 0;
  }

  /** At most 65536 bytes at a time. */
  fill<T extends Uint8Array>(bytes: T): T {
    system.getRandomValues(bytes);
    return bytes;
  }
}

/** For whoever draws without a source of his own; the engine always has one. */
export const systemRandom: RandomSource = new SystemRandom();
