import type { Scheduler } from "../scheduler/index.ts";
import type { Value, ValueTypeRegistry } from "../value/index.ts";

/** How long values live. Inside the store times are monotonic, outside they are Unix ms. */
export class Lifetimes {
  readonly #scheduler: Scheduler;
  readonly #types: ValueTypeRegistry;

  constructor(scheduler: Scheduler, types: ValueTypeRegistry) {
    this.#scheduler = scheduler;
    this.#types = types;
  }

  /** When a value expires that came to be at that time. */
  expiryOf(value: Value, created: number): number {
    return created + this.#types.get(value.type).expirationMs;
  }

  /** A time of creation from outside, for use inside; the future counts as now. */
  createdAt(wallTime: number): number {
    return Math.min(wallTime - this.wallOffset, this.#scheduler.now());
  }

  /** What is added to a time inside to get the time outside. */
  get wallOffset(): number {
    return this.#scheduler.wallClock() - this.#scheduler.now();
  }
}
