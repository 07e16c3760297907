import type { Scheduler, Timer } from "../scheduler/index.ts";
import { ExpiryHeap, type StoredValue } from "./stored-value.ts";

/** All values that expire, with one timer for the next of them. */
export class ExpiryQueue {
  readonly #scheduler: Scheduler;
  readonly #onDue: () => void;
  readonly #heap = new ExpiryHeap();
  #timer: Timer | undefined;

  /** @param onDue is called when something is due; it should take all that `takeDue` gives */
  constructor(scheduler: Scheduler, onDue: () => void) {
    this.#scheduler = scheduler;
    this.#onDue = onDue;
  }

  add(stored: StoredValue): void {
    if (stored.expires === Number.POSITIVE_INFINITY) return;
    this.#heap.add(stored);
    this.#arm();
  }

  /** To be called when it expires at another time. */
  update(stored: StoredValue): void {
    if (this.#heap.has(stored)) this.#heap.update(stored);
    this.#arm();
  }

  remove(stored: StoredValue): void {
    this.#heap.remove(stored);
  }

  /** Takes out one value that is due, while there is one. */
  takeDue(): StoredValue | undefined {
    const next = this.#heap.top;
    if (next === undefined || next.expires > this.#scheduler.now()) return undefined;
    this.#heap.remove(next);
    return next;
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** A timer that comes too early, because its value has gone or was renewed, does no harm: it is set anew then. */
  #arm(): void {
    const next = this.#heap.top;
    if (next === undefined) return;
    if (this.#timer?.isPending) {
      if (this.#timer.time <= next.expires) return;
      this.#timer.cancel();
    }
    this.#timer = this.#scheduler.at(next.expires, () => {
      this.#onDue();
      this.#arm();
    });
  }
}
