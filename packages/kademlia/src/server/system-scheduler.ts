import type { Scheduler, Timer } from "../scheduler/index.ts";

/** Longest delay that setTimeout understands. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The system's clock. */
export class SystemScheduler implements Scheduler {
  now(): number {
    return performance.now();
  }

  wallClock(): number {
    return Date.now();
  }

  at(time: number, task: () => void): Timer {
    return new SystemTimer(Math.min(Math.max(time - this.now(), 0), MAX_DELAY_MS), task);
  }
}

/**
 * The task runs after the sockets were read: when the process was busy for a while, answers have arrived meanwhile that
 * must not count as late only because the timer is looked at first.
 */
class SystemTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;
  #immediate: NodeJS.Immediate | undefined;

  constructor(delayMs: number, task: () => void) {
    this.#timeout = setTimeout(() => {
      this.#immediate = setImmediate(task);
    }, delayMs);
  }

  cancel(): void {
    clearTimeout(this.#timeout);
    clearImmediate(this.#immediate);
  }
}
