import { bytesOf, textOf } from "./byte-text.ts";
import { heldBytes } from "./held-bytes.ts";
import { Value } from "./value.ts";

/** Larger data is kept as it came: the larger it is, the less there is to be saved and the more to be converted. */
export const MAX_COMPACT_BYTES = 256;

/** A value in as little room as possible, for those who keep many: each object and field of it counts. */
export class KeptValue {
  readonly id: bigint;
  #type: number;
  /** Of a small plain value just its data, in compact form. */
  #content: string | Value;

  constructor(value: Value) {
    this.id = value.id;
    this.#type = value.type;
    this.#content = contentOf(value);
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

  get type(): number {
    return this.#type;
  }

  get seq(): number {
    return typeof this.#content === "string" ? 0 : this.#content.seq;
  }

  /** What it counts against limits: see `heldBytes`. */
  get bytes(): number {
    return typeof this.#content === "string" ? this.#content.length : heldBytes(this.#content);
  }
}

function contentOf(value: Value): string | Value {
  return value.data.length <= MAX_COMPACT_BYTES && value.isPlain() ? textOf(value.data) : value;
}
