import type { InfoHash } from "./info-hash.ts";
import { SlotHash } from "./slot-hash.ts";

/**
 * A map keyed by InfoHash value. Iteration is in order of insertion.
 *
 * Ids are spread over a native Map by a number of 31 bits (a small integer, so neither strings nor boxed numbers are made);
 * ids with the same number share a short chain. The salt keeps a stranger who chooses ids from building long chains.
 */
export class InfoHashMap<T> {
  readonly #heads = new Map<number, Entry<T>>();
  readonly #slots: SlotHash;
  #size = 0;
  #first: Entry<T> | undefined;
  #last: Entry<T> | undefined;

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
    const head = this.#heads.get(slot);
    for (let entry = head; entry; entry = entry.chained) {
      if (entry.key.equals(key)) {
        entry.value = value;
        return this;
      }
    }
    const entry: Entry<T> = { key, value, chained: head, previous: this.#last, next: undefined };
    this.#heads.set(slot, entry);
    if (this.#last) this.#last.next = entry;
    else this.#first = entry;
    this.#last = entry;
    this.#size++;
    return this;
  }

  delete(key: InfoHash): boolean {
    const slot = this.#slots.of(key);
    let before: Entry<T> | undefined;
    for (let entry = this.#heads.get(slot); entry; before = entry, entry = entry.chained) {
      if (!entry.key.equals(key)) continue;
      if (before) before.chained = entry.chained;
      else if (entry.chained) this.#heads.set(slot, entry.chained);
      else this.#heads.delete(slot);
      if (entry.previous) entry.previous.next = entry.next;
      else this.#first = entry.next;
      if (entry.next) entry.next.previous = entry.previous;
      else this.#last = entry.previous;
      this.#size--;
      return true;
    }
    return false;
  }

  clear(): void {
    this.#heads.clear();
    this.#first = undefined;
    this.#last = undefined;
    this.#size = 0;
  }

  /** Entries may be deleted while iterating. */
  *entries(): IterableIterator<readonly [InfoHash, T]> {
    for (let entry = this.#first; entry; entry = entry.next) yield [entry.key, entry.value];
  }

  *keys(): IterableIterator<InfoHash> {
    for (let entry = this.#first; entry; entry = entry.next) yield entry.key;
  }

  *values(): IterableIterator<T> {
    for (let entry = this.#first; entry; entry = entry.next) yield entry.value;
  }

  [Symbol.iterator](): IterableIterator<readonly [InfoHash, T]> {
    return this.entries();
  }

  #find(key: InfoHash): Entry<T> | undefined {
    for (let entry = this.#heads.get(this.#slots.of(key)); entry; entry = entry.chained) {
      if (entry.key.equals(key)) return entry;
    }
    return undefined;
  }
}

interface Entry<T> {
  readonly key: InfoHash;
  value: T;
  chained: Entry<T> | undefined;
  previous: Entry<T> | undefined;
  next: Entry<T> | undefined;
}
