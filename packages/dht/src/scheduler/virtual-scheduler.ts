import type { Scheduler, Timer } from "./scheduler.ts";
import { TimerQueue } from "./timer-queue.ts";

/** Time that passes only when it is told to: an hour costs as long as its events take. */
export class VirtualScheduler implements Scheduler {
  readonly #queue = new TimerQueue();
  readonly #epoch: number;
  #now = 0;

  /** @param epoch Unix time in ms at virtual time 0 */
  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#now;
  }

  wallClock(): number {
    return this.#epoch + this.#now;
  }

  at(time: number, task: () => void): Timer {
    return this.#queue.add(Math.max(time, this.#now), task);
  }

  /** Number of timers waiting. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Runs the earliest timer and moves the time to it. False when nothing waits or it is later than `until`. */
  step(until = Number.POSITIVE_INFINITY): boolean {
    const time = this.#queue.nextTime;
    if (time > until || time === Number.POSITIVE_INFINITY) return false;
    this.#now = time;
    this.#queue.takeDue(time)?.();
    return true;
  }

  /** Runs all that is due within the next `duration` ms. */
  advance(duration: number): void {
    const until = this.#now + duration;
    while (this.step(until));
    this.#now = until;
  }
}
