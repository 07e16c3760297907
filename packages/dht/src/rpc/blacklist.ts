import type { SockAddr } from "../address/index.ts";
import type { RandomSource } from "../random/index.ts";
import { hashAddress } from "./address-hash.ts";

/** Most addresses shut out; beyond that the oldest entry is forgotten. */
export const MAX_BLACKLISTED = 4096;

/** Addresses (host and port) to which we don't listen for as long as the node runs. */
export class Blacklist {
  readonly #salt: number;
  readonly #bySlot = new Map<number, SockAddr>();

  constructor(random: RandomSource) {
    this.#salt = random.uint32();
  }

  get size(): number {
    return this.#bySlot.size;
  }

  add(address: SockAddr): void {
    this.#bySlot.set(hashAddress(address, this.#salt), address);
    if (this.#bySlot.size <= MAX_BLACKLISTED) return;
    for (const oldest of this.#bySlot.keys()) {
      this.#bySlot.delete(oldest);
      return;
    }
  }

  has(address: SockAddr): boolean {
    if (this.#bySlot.size === 0) return false;
    return this.#bySlot.get(hashAddress(address, this.#salt))?.equals(address) ?? false;
  }
}
