import type { Value } from "../value/index.ts";
import { Heap } from "./heap.ts";
import type { Source } from "./source.ts";
import type { StoredKey } from "./stored-key.ts";

/** A value that we hold, for ourselves or for others. */
export class StoredValue {
  readonly key: StoredKey;
  /** Rises from one stored value to the next. */
  readonly order: number;
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

  constructor(
    key: StoredKey,
    order: number,
    value: Value,
    created: number,
    expires: number,
    source: Source | undefined,
  ) {
    this.key = key;
    this.order = order;
    this.value = value;
    this.created = created;
    this.expires = expires;
    this.source = source;
  }

  /** Of values that expire at the same time, the one stored first goes first. */
  goesBefore(other: StoredValue): boolean {
    return this.expires < other.expires || (this.expires === other.expires && this.order < other.order);
  }
}

/** All values that expire, the next one on top. */
export class ExpiryHeap extends Heap<StoredValue> {
  protected override isBefore(a: StoredValue, b: StoredValue): boolean {
    return a.goesBefore(b);
  }

  protected override indexOf(stored: StoredValue): number {
    return stored.expiryIndex;
  }

  protected override setIndex(stored: StoredValue, index: number): void {
    stored.expiryIndex = index;
  }
}
