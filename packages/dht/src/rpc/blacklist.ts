import type { SockAddr } from "../address/index.ts";
import type { RandomSource } from "../random/index.ts";
import { hashAddress } from "./address-hash.ts";

/** Most addresses shut out; beyond that the oldest entry is forgotten. */
export const MAX_BLACKLISTED = 4096;

/** An address (host and port) to which we don't listen, for as long as the node runs. */
export interface BlacklistEntry {
  readonly address: SockAddr;
  /** Unix ms. */
  readonly since: number;
  /** What its node did, for people. */
  readonly reason: string;
}

/** Whom we don't listen to. */
export class Blacklist {
  readonly #salt: number;
  readonly #bySlot = new Map<number, BlacklistEntry>();

  constructor(random: RandomSource) {
    this.#salt = random.uint32();
  }

  /** The oldest first. */
  get entries(): BlacklistEntry[] {
    return [...this.#bySlot.values()];
  }

  add(entry: BlacklistEntry): void {
    this.#bySlot.set(hashAddress(entry.address, this.#salt), entry);
    if (this.#bySlot.size <= MAX_BLACKLISTED) return;
    for (const oldest of this.#bySlot.keys()) {
      this.#bySlot.delete(oldest);
      return;
    }
  }

  has(address: SockAddr): boolean {
    if (this.#bySlot.size === 0) return false;
    return this.#bySlot.get(hashAddress(address, this.#salt))?.address.equals(address) ?? false;
  }
}
