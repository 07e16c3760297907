import type { InfoHash } from "./info-hash.ts";
import { SlotHash } from "./slot-hash.ts";

const MIN_CAPACITY = 4;
const NO_SLOTS = new Int32Array(1);

/**
 * A map keyed by InfoHash value. Iteration is in order of insertion.
 *
 * Keys and values lie in two arrays, in the order in which they came; a table of slots, twice as long, tells their places.
 * So an entry takes 24 … 48 bytes and is no object of its own. Where two ids want the same slot, the second takes the next
 * free one; the salt keeps a stranger who chooses ids from crowding them.
 */
export class InfoHashMap<T> {
  readonly #hash: SlotHash;
  /** For each slot 1 + a place in the arrays; 0 where it is free. Its length is a power of two. */
  #slots = NO_SLOTS;
  /** Undefined where an entry was deleted: such places are given away anew when the arrays are full. */
  #keys: (InfoHash | undefined)[] = [];
  #values: (T | undefined)[] = [];
  /** Places taken, those of deleted entries included. */
  #used = 0;
  #size = 0;

  /** @param salt any 32-bit number; take it from the node's random source where keys come from strangers */
  constructor(salt = 0) {
    this.#hash = new SlotHash(salt);
  }

  get size(): number {
    return this.#size;
  }

  get(key: InfoHash): T | undefined {
    const place = this.#placeOf(key);
    return place < 0 ? undefined : this.#values[place];
  }

  has(key: InfoHash): boolean {
    return this.#placeOf(key) >= 0;
  }

  set(key: InfoHash, value: T): this {
    const place = this.#placeOf(key);
    if (place >= 0) {
      this.#values[place] = value;
      return this;
    }
    if (this.#used === this.#keys.length) this.#makeRoom();
    this.#append(key, value);
    return this;
  }

  delete(key: InfoHash): boolean {
    const place = this.#placeOf(key);
    if (place < 0) return false;
    this.#keys[place] = undefined;
    this.#values[place] = undefined;
    if (--this.#size === 0) this.clear();
    return true;
  }

  clear(): void {
    this.#slots = NO_SLOTS;
    this.#keys = [];
    this.#values = [];
    this.#used = 0;
    this.#size = 0;
  }

  /** Entries may be deleted while iterating. Those added meanwhile are met or not. */
  *entries(): IterableIterator<readonly [InfoHash, T]> {
    for (const key of this.keys()) yield [key, this.#values[this.#placeOf(key)] as T]; // the key is there
  }

  *keys(): IterableIterator<InfoHash> {
    const keys = this.#keys;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place];
      // After the arrays were replaced, the old ones still have what has been deleted since.
      if (key !== undefined && (keys === this.#keys || this.has(key))) yield key;
    }
  }

  *values(): IterableIterator<T> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<readonly [InfoHash, T]> {
    return this.entries();
  }

  /** −1 when it isn't there. */
  #placeOf(key: InfoHash): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = this.#hash.of(key) & mask; ; slot = (slot + 1) & mask) {
      const place = (slots[slot] ?? 0) - 1;
      if (place < 0 || this.#keys[place]?.equals(key)) return place;
    }
  }

  /** A key that isn't there, where there is room. */
  #append(key: InfoHash, value: T): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = this.#hash.of(key) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#keys[this.#used] = key;
    this.#values[this.#used] = value;
    slots[slot] = ++this.#used;
    this.#size++;
  }

  /** Puts all entries into new arrays: larger ones, or of the same size when many places are those of deleted entries. */
  #makeRoom(): void {
    const keys = this.#keys;
    const values = this.#values;
    let capacity = MIN_CAPACITY;
    while (capacity * 3 < this.#size * 4 + 4) capacity *= 2;
    this.#slots = new Int32Array(capacity * 2);
    this.#keys = new Array(capacity);
    this.#values = new Array(capacity);
    this.#used = 0;
    this.#size = 0;
    for (const [place, key] of keys.entries()) if (key !== undefined) this.#append(key, values[place] as T); // as above
  }
}
