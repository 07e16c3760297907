import { KeptValue, type Value } from "../value/index.ts";
import type { Source } from "./source.ts";
import type { StoredKey } from "./stored-key.ts";

/** A value that we hold, for ourselves or for others. */
export class StoredValue extends KeptValue {
  readonly key: StoredKey;
  /** Rises from one stored value to the next. */
  readonly order: number;
  /** When it was made, as far as we know; monotonic ms. */
  created: number;
  /** When it goes; monotonic ms, Infinity for a permanent value of our own. */
  expires: number;
  /** Who put it. */
  source: Source;
  /** Its place among the values of its source. */
  sourceIndex = -1;

  constructor(key: StoredKey, order: number, value: Value, created: number, expires: number, source: Source) {
    super(value);
    this.key = key;
    this.order = order;
    this.created = created;
    this.expires = expires;
    this.source = source;
  }

  /** Of values that expire at the same time, the one stored first goes first. */
  goesBefore(other: StoredValue): boolean {
    return this.expires < other.expires || (this.expires === other.expires && this.order < other.order);
  }
}
