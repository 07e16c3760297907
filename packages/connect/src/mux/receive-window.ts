/** What a peer of this library may send on a new channel before it is given more. Part of the extension's version 1. */
export const INITIAL_WINDOW_BYTES = 64 * 1024;
/** The window of a channel whose reader keeps up grows to this; what other windows may then grow by is left. */
const MAX_WINDOW_BYTES = 1536 * 1024;
/** The share of its window, as a divisor, that a channel must have read before it says so. */
const GRANT_SHARE = 8;

/** Bytes by which all windows of a link together may exceed their initial size. */
export interface WindowBudget {
  /** Takes that much, or nothing at all. */
  take(bytes: number): boolean;
  giveBack(bytes: number): void;
}

/**
 * How much one channel may be sent. As bytes are read, credit for as many is granted again, an eighth of the window at a
 * time; and the window doubles while its reader leaves nothing lying.
 */
export class ReceiveWindow {
  readonly #budget: WindowBudget;
  #size = INITIAL_WINDOW_BYTES;
  /** What the other side may still send. */
  #promised = INITIAL_WINDOW_BYTES;

  constructor(budget: WindowBudget) {
    this.#budget = budget;
  }

  /** False when that is more than was granted. */
  receive(bytes: number): boolean {
    this.#promised -= bytes;
    return this.#promised >= 0;
  }

  /** Credit to grant now, when `unread` bytes still lie here; 0 when it isn't worth a message. */
  grant(unread: number): number {
    const used = this.#size - this.#promised - unread;
    if (used * GRANT_SHARE < this.#size) return 0;
    if (unread === 0) this.#grow();
    const bytes = this.#size - this.#promised - unread;
    this.#promised += bytes;
    return bytes;
  }

  #grow(): void {
    const bytes = Math.min(this.#size, MAX_WINDOW_BYTES - this.#size);
    if (this.#budget.take(bytes)) this.#size += bytes;
  }

  /** Gives back what it took from the budget. */
  close(): void {
    this.#budget.giveBack(this.#size - INITIAL_WINDOW_BYTES);
    this.#size = INITIAL_WINDOW_BYTES;
  }
}
