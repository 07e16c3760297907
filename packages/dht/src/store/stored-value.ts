import { Value } from "../value/index.ts";
import { bytesOf, textOf } from "./byte-text.ts";
import { heldBytes } from "./held-bytes.ts";
import type { Source } from "./source.ts";
import type { StoredKey } from "./stored-key.ts";

/** Larger data is kept as it came: the larger it is, the less there is to be saved and the more to be converted. */
export const MAX_COMPACT_BYTES = 256;

/** A value that we hold, for ourselves or for others. There are many: each object and field of it counts. */
export class StoredValue {
  readonly key: StoredKey;
  /** Rises from one stored value to the next. */
  readonly order: number;
  readonly id: bigint;
  /** When it was made, as far as we know; monotonic ms. */
  created: number;
  /** When it goes; monotonic ms, Infinity for a permanent value of our own. */
  expires: number;
  /** Who put it. */
  source: Source;
  /** Its place among the values of its source. */
  sourceIndex = -1;
  #type: number;
  /** Of a small plain value just its data, in compact form. */
  #content: string | Value;

  constructor(key: StoredKey, order: number, value: Value, created: number, expires: number, source: Source) {
    this.key = key;
    this.order = order;
    this.id = value.id;
    this.#type = value.type;
    this.#content = contentOf(value);
    this.created = created;
    this.expires = expires;
    this.source = source;
  }

  /** Mostly made anew each time: keep it while you need it. */
  get value(): Value {
    if (typeof this.#content !== "string") return this.#content;
    return new Value({ id: this.id, type: this.#type, data: bytesOf(this.#content) });
  }

  /** Another one with the same id. */
  set value(value: Value) {
    this.#type = value.type;
    this.#content = contentOf(value);
  }

  /** What it counts against the limits of the store: see `heldBytes`. */
  get bytes(): number {
    return typeof this.#content === "string" ? this.#content.length : heldBytes(this.#content);
  }

  /** Of values that expire at the same time, the one stored first goes first. */
  goesBefore(other: StoredValue): boolean {
    return this.expires < other.expires || (this.expires === other.expires && this.order < other.order);
  }
}

function contentOf(value: Value): string | Value {
  return value.data.length <= MAX_COMPACT_BYTES && value.isPlain() ? textOf(value.data) : value;
}
