import type { SockAddr } from "../address/index.ts";
import type { RandomSource } from "../random/index.ts";
import { hashNetwork } from "./address-hash.ts";

/** Bytes of value parts that one network gets per second while nobody there has proven his address. */
export const MAX_UNPROVEN_NETWORK_BYTES_PER_SEC = 1024 * 1024;
/** The same, all networks together. */
export const MAX_UNPROVEN_BYTES_PER_SEC = 16 * 1024 * 1024;

const WINDOW_MS = 1000;

/**
 * Keeps us from being used against others: a small query with a forged source may fetch large values, which would flood
 * the forged address. Those who answered us from their address are not limited.
 */
export class ReplyBudget {
  readonly #salt: number;
  /** Bounded by the total: each entry stands for at least one part. */
  readonly #spentByNetwork = new Map<number, number>();
  #spent = 0;
  #windowEnd = Number.NEGATIVE_INFINITY;

  constructor(random: RandomSource) {
    this.#salt = random.uint32();
  }

  /** Whether that many bytes may be sent there now; if so, they are booked. */
  allows(to: SockAddr, bytes: number, now: number): boolean {
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + WINDOW_MS;
      this.#spent = 0;
      this.#spentByNetwork.clear();
    }
    const network = hashNetwork(to, this.#salt);
    const spent = (this.#spentByNetwork.get(network) ?? 0) + bytes;
    if (spent > MAX_UNPROVEN_NETWORK_BYTES_PER_SEC || this.#spent + bytes > MAX_UNPROVEN_BYTES_PER_SEC) return false;
    this.#spentByNetwork.set(network, spent);
    this.#spent += bytes;
    return true;
  }
}
