import { randomFillSync } from "node:crypto";
import type { RandomSource } from "../random/index.ts";

const POOL_BYTES = 4_096;

/** The system's cryptographic source, drawn in pools so that a message id does not cost a system call. */
export class SystemRandom implements RandomSource {
  readonly #pool = new Uint8Array(POOL_BYTES);
  #used = POOL_BYTES;

  uint32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.fill(new Uint8Array(4));
    return a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  }

  fill<T extends Uint8Array>(bytes: T): T {
    if (bytes.length > POOL_BYTES) return randomFillSync(bytes);
    if (this.#used + bytes.length > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    bytes.set(this.#pool.subarray(this.#used, this.#used + bytes.length));
    this.#used += bytes.length;
    return bytes;
  }
}
