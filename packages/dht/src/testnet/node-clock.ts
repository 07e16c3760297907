import type { Scheduler, Timer } from "../scheduler/index.ts";

/** One node's view of the common virtual time. Its wall clock can be wrong, its monotonic time never is. */
export class NodeClock implements Scheduler {
  readonly #base: Scheduler;
  #wallOffset = 0;

  constructor(base: Scheduler) {
    this.#base = base;
  }

  now(): number {
    return this.#base.now();
  }

  wallClock(): number {
    return this.#base.wallClock() + this.#wallOffset;
  }

  at(time: number, task: () => void): Timer {
    return this.#base.at(time, task);
  }

  /** Sets the wall clock forward (or back, when negative), as an administrator or a time server does. */
  jump(milliseconds: number): void {
    this.#wallOffset += milliseconds;
  }
}
