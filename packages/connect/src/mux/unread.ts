/** What it costs to hold a piece, whatever its length, so that many tiny ones count for what they are. */
const PIECE_COST_BYTES = 128;
/** A piece that is a smaller part of what it was cut from is copied before it is kept, so that it doesn't keep the whole. */
const KEPT_SHARE = 4;

/** What lies unread in one channel, by what it costs to hold it. `changed` is told each change of that. */
export class Unread {
  readonly #changed: (difference: number) => void;
  #bytes = 0;
  #cost = 0;

  constructor(changed: (difference: number) => void) {
    this.#changed = changed;
  }

  /** A piece has come that nobody takes at once. */
  add(length: number): void {
    this.#bytes += length;
    this.#setCost(this.#cost + length + PIECE_COST_BYTES);
  }

  /** Only `left` bytes lie there. */
  settle(left: number): void {
    if (left >= this.#bytes) return;
    this.#setCost(left === 0 ? 0 : Math.ceil((this.#cost * left) / this.#bytes));
    this.#bytes = left;
  }

  #setCost(cost: number): void {
    this.#changed(cost - this.#cost);
    this.#cost = cost;
  }
}

/** `piece`, or a copy when keeping it would keep much else. */
export function keepable(piece: Buffer): Buffer {
  if (piece.length * KEPT_SHARE >= piece.buffer.byteLength) return piece;
  const copy = Buffer.allocUnsafeSlow(piece.length);
  copy.set(piece);
  return copy;
}
