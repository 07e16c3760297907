import type { Value } from "../value/index.ts";
import { Heap } from "./heap.ts";
import type { Source } from "./source.ts";
import type { StoredKey } from "./stored-key.ts";

/** A value that we hold, for ourselves or for others. */
export class StoredValue {
  readonly key: StoredKey;
  value: Value;
  /** When it was made, as far as we know; monotonic ms. */
  created: number;
  /** When it goes; monotonic ms, Infinity for a permanent value of our own. */
  expires: number;
  /** Who put it; undefined for ourselves. */
  source: Source | undefined;
  /** Its places in the heap of all values, and in that of its source. */
  expiryIndex = -1;
  sourceIndex = -1;

  constructor(key: StoredKey, value: Value, created: number, expires: number, source: Source | undefined) {
    this.key = key;
    this.value = value;
    this.created = created;
    this.expires = expires;
    this.source = source;
  }
}

/** All values that expire, the next one on top. */
export class ExpiryHeap extends Heap<StoredValue> {
  protected override isBefore(a: StoredValue, b: StoredValue): boolean {
    return a.expires < b.expires;
  }

  protected override indexOf(stored: StoredValue): number {
    return stored.expiryIndex;
  }

  protected override setIndex(stored: StoredValue, index: number): void {
    stored.expiryIndex = index;
  }
}
