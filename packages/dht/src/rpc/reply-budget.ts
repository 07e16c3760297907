import type { SockAddr } from "../address/index.ts";
import type { RandomSource } from "../random/index.ts";
import { hashNetwork } from "./address-hash.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const WINDOW_MS = 1000;

/** What may be sent of large answers in a second: to one network (IPv4 address, IPv6 /64), and in total. */
export interface ByteLimits {
  readonly perNetwork: number;
  readonly total: number;
}

/**
 * To peers who haven't proven their address: a few of the largest values. A small query with a forged source may ask for
 * much, which would flood whoever lives at the forged address.
 */
export const UNPROVEN_BYTES_PER_SEC: ByteLimits = { perNetwork: 256 * KIB, total: 8 * MIB };
/** To peers that answered us from their address: more than they can take in, less than keeps us from all other work. */
export const PROVEN_BYTES_PER_SEC: ByteLimits = { perNetwork: 128 * MIB, total: 256 * MIB };

/** Counts the bytes of large answers sent in the current second. */
export class ReplyBudget {
  readonly #limits: ByteLimits;
  readonly #salt: number;
  /** Bounded by the total: each entry stands for at least one large reply. */
  readonly #spentByNetwork = new Map<number, number>();
  #spent = 0;
  #windowEnd = Number.NEGATIVE_INFINITY;

  constructor(limits: ByteLimits, random: RandomSource) {
    this.#limits = limits;
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
    if (spent > this.#limits.perNetwork || this.#spent + bytes > this.#limits.total) return false;
    this.#spentByNetwork.set(network, spent);
    this.#spent += bytes;
    return true;
  }
}
