import { type Scheduler, type Timer, TimerQueue } from "../scheduler/index.ts";

/** Longest delay that setTimeout understands. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Browsers have timers alone. */
const hasImmediates = "setImmediate" in globalThis;

/**
 * The system's clock. One native timer is armed for the earliest of all tasks; what is due at once runs right after the
 * datagrams that wait, because the shortest native timer would take a millisecond.
 */
export class RealScheduler implements Scheduler {
  readonly #queue = new TimerQueue();
  #timeout: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  now(): number {
    return performance.now();
  }

  wallClock(): number {
    return Date.now();
  }

  at(time: number, task: () => void): Timer {
    const timer = this.#queue.add(time, task);
    if (time < this.#armedFor) this.#arm();
    return timer;
  }

  /** Forgets all tasks. */
  stop(): void {
    this.#queue.clear();
    this.#arm();
  }

  #arm(): void {
    this.#disarm();
    this.#armedFor = this.#queue.nextTime;
    if (this.#armedFor === Number.POSITIVE_INFINITY) return;
    const delay = this.#armedFor - this.now();
    if (delay <= 0 && hasImmediates) this.#immediate = setImmediate(this.#runDue);
    else this.#timeout = setTimeout(this.#runDue, Math.min(Math.ceil(delay), MAX_DELAY_MS));
  }

  #disarm(): void {
    if (this.#timeout) clearTimeout(this.#timeout);
    if (this.#immediate) clearImmediate(this.#immediate);
    this.#timeout = undefined;
    this.#immediate = undefined;
  }

  readonly #runDue = (): void => {
    const now = this.now();
    try {
      for (let task = this.#queue.takeDue(now); task; task = this.#queue.takeDue(now)) task();
    } finally {
      this.#arm();
    }
  };
}
