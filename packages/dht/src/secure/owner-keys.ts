import { PublicKey } from "@hashmere/crypto";
import type { Value } from "../value/index.ts";
import { RecentMap } from "./recent-map.ts";

/** Owners whose keys are kept ready. */
const MAX_OWNER_KEYS = 1024;

const UNREADABLE = Symbol("unreadable");

/** The public keys of values' owners, read once: that costs about as much as checking a signature. */
export class OwnerKeys {
  readonly #keys = new RecentMap<string, PublicKey | typeof UNREADABLE>(MAX_OWNER_KEYS);

  /** Undefined for a value without owner, or with one that is no public key. */
  of(value: Value): PublicKey | undefined {
    const { owner, ownerId } = value;
    if (owner === undefined || ownerId === undefined) return undefined;
    const id = ownerId.toString();
    const known = this.#keys.get(id) ?? read(owner);
    this.#keys.set(id, known);
    return known === UNREADABLE ? undefined : known;
  }
}

function read(der: Uint8Array): PublicKey | typeof UNREADABLE {
  try {
    return PublicKey.from(der);
  } catch {
    return UNREADABLE;
  }
}
