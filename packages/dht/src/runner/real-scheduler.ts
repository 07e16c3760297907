import { type Scheduler, type Timer, TimerQueue } from "../scheduler/index.ts";

/** Longest delay that setTimeout understands. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The system's clock. One native timer is armed for the earliest of all tasks. */
export class RealScheduler implements Scheduler {
  readonly #queue = new TimerQueue();
  #armed: NodeJS.Timeout | undefined;
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
    clearTimeout(this.#armed);
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#queue.clear();
  }

  #arm(): void {
    clearTimeout(this.#armed);
    this.#armedFor = this.#queue.nextTime;
    if (this.#armedFor === Number.POSITIVE_INFINITY) return;
    const delay = Math.min(Math.max(Math.ceil(this.#armedFor - this.now()), 0), MAX_DELAY_MS);
    this.#armed = setTimeout(() => this.#runDue(), delay);
  }

  #runDue(): void {
    const now = this.now();
    try {
      for (let task = this.#queue.takeDue(now); task; task = this.#queue.takeDue(now)) task();
    } finally {
      this.#arm();
    }
  }
}
