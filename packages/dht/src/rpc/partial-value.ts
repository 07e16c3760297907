import type { ValuePart } from "../wire/index.ts";

/** Most parts of one value; real nodes need 52 for the largest. More is an attempt to waste our time. */
export const MAX_PARTS_PER_VALUE = 128;

/** A packed value of which only some parts have come. Takes memory for what came, not for what was announced. */
export class PartialValue {
  readonly #size: number;
  /** In order of offset, without overlaps. */
  readonly #parts: ValuePart[] = [];
  #received = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get isComplete(): boolean {
    return this.#received === this.#size;
  }

  get isOverfull(): boolean {
    return this.#parts.length >= MAX_PARTS_PER_VALUE;
  }

  /** False, and nothing changes, when the part is empty, overshoots, or overlaps what is here already. */
  add(part: ValuePart): boolean {
    const end = part.offset + part.data.length;
    if (part.data.length === 0 || end > this.#size || this.isOverfull) return false;
    let place = this.#parts.length;
    while (place > 0 && (this.#parts[place - 1]?.offset ?? 0) >= part.offset) place--;
    const before = this.#parts[place - 1];
    const after = this.#parts[place];
    if (before !== undefined && before.offset + before.data.length > part.offset) return false;
    if (after !== undefined && after.offset < end) return false;
    this.#parts.splice(place, 0, part);
    this.#received += part.data.length;
    return true;
  }

  /** The whole value; call it when complete. */
  join(): Uint8Array {
    const bytes = new Uint8Array(this.#size);
    for (const part of this.#parts) bytes.set(part.data, part.offset);
    return bytes;
  }
}
