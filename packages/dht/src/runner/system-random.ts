import { randomFillSync } from "node:crypto";
import type { RandomSource } from "../random/index.ts";

const POOL_WORDS = 1024;

/** The system's cryptographic source, drawn in pools so that a transaction id doesn't cost a system call. */
export class SystemRandom implements RandomSource {
  readonly #pool = new Uint32Array(POOL_WORDS);
  #used = POOL_WORDS;

  uint32(): number {
    if (this.#used === POOL_WORDS) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    return this.#pool[this.#used++] ?? 0;
  }

  fill<T extends Uint8Array>(bytes: T): T {
    return randomFillSync(bytes);
  }
}
