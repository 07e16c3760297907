import type { InfoHash } from "./info-hash.ts";
import { SlotHash } from "./slot-hash.ts";

/**
 * A map keyed by InfoHash value. Iteration is in order of insertion; only ids that share a number come together.
 *
 * Ids are spread over a native Map by a number of 31 bits (a small integer, so neither strings nor boxed numbers are made);
 * ids with the same number share a short chain. The salt keeps a stranger who chooses ids from building long chains.
 */
export class InfoHashMap<T> {
  readonly #chains = new Map<number, Entry<T>>();
  readonly #slots: SlotHash;
  #size = 0;

  /** @param salt any 32-bit number; take it from the node's random source where keys come from strangers */
  constructor(salt = 0) {
    this.#slots = new SlotHash(salt);
  }

  get size(): number {
    return this.#size;
  }

  get(key: InfoHash): T | undefined {
    return this.#find(key)?.value;
  }

  has(key: InfoHash): boolean {
    return this.#find(key) !== undefined;
  }

  set(key: InfoHash, value: T): this {
    const slot = this.#slots.of(key);
    let last: Entry<T> | undefined;
    for (let entry = this.#chains.get(slot); entry; last = entry, entry = entry.next) {
      if (entry.key.equals(key)) {
        entry.value = value;
        return this;
      }
    }
    const entry = { key, value, next: undefined };
    if (last) last.next = entry;
    else this.#chains.set(slot, entry);
    this.#size++;
    return this;
  }

  delete(key: InfoHash): boolean {
    const slot = this.#slots.of(key);
    let before: Entry<T> | undefined;
    for (let entry = this.#chains.get(slot); entry; before = entry, entry = entry.next) {
      if (!entry.key.equals(key)) continue;
      if (before) before.next = entry.next;
      else if (entry.next) this.#chains.set(slot, entry.next);
      else this.#chains.delete(slot);
      this.#size--;
      return true;
    }
    return false;
  }

  clear(): void {
    this.#chains.clear();
    this.#size = 0;
  }

  /** Entries may be deleted while iterating. */
  *entries(): IterableIterator<readonly [InfoHash, T]> {
    for (const { key, value } of this.#entries()) yield [key, value];
  }

  *keys(): IterableIterator<InfoHash> {
    for (const { key } of this.#entries()) yield key;
  }

  *values(): IterableIterator<T> {
    for (const { value } of this.#entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<readonly [InfoHash, T]> {
    return this.entries();
  }

  #find(key: InfoHash): Entry<T> | undefined {
    for (let entry = this.#chains.get(this.#slots.of(key)); entry; entry = entry.next) {
      if (entry.key.equals(key)) return entry;
    }
    return undefined;
  }

  *#entries(): IterableIterator<Entry<T>> {
    for (const first of this.#chains.values())
      for (let entry: Entry<T> | undefined = first; entry; entry = entry.next) yield entry;
  }
}

/** One of those whose ids share a number. */
interface Entry<T> {
  readonly key: InfoHash;
  value: T;
  next: Entry<T> | undefined;
}
