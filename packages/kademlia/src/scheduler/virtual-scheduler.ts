import type { Scheduler, Timer } from "./scheduler.ts";

/** Time that passes only when it is told to: an hour costs as long as its events take. */
export class VirtualScheduler implements Scheduler {
  /** A binary heap, earliest first; equal times run in the order in which they were set. */
  readonly #heap: VirtualTimer[] = [];
  readonly #epoch: number;
  #now = 0;
  #sequence = 0;

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
    const timer = new VirtualTimer(Math.max(time, this.#now), this.#sequence++, task);
    this.#push(timer);
    return timer;
  }

  /** Runs the earliest task and moves the time to it. False when nothing waits or it is later than `until`. */
  step(until = Number.POSITIVE_INFINITY): boolean {
    for (let next = this.#heap[0]; next && next.time <= until; next = this.#heap[0]) {
      this.#pop();
      const { task } = next;
      if (!task) continue;
      this.#now = next.time;
      task();
      return true;
    }
    return false;
  }

  /** Nothing more happens until then: moves the time there. */
  skipTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }

  #push(timer: VirtualTimer): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (!parent || !timer.isBefore(parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[index * 2 + 1];
      const right = heap[index * 2 + 2];
      if (!left) break;
      const isRight = right?.isBefore(left) ?? false;
      const child = isRight && right ? right : left;
      if (!child.isBefore(last)) break;
      heap[index] = child;
      index = index * 2 + (isRight ? 2 : 1);
    }
    heap[index] = last;
  }
}

class VirtualTimer implements Timer {
  readonly time: number;
  /** Undefined once cancelled. */
  task: (() => void) | undefined;
  readonly #sequence: number;

  constructor(time: number, sequence: number, task: () => void) {
    this.time = time;
    this.#sequence = sequence;
    this.task = task;
  }

  cancel(): void {
    this.task = undefined;
  }

  isBefore(other: VirtualTimer): boolean {
    return this.time < other.time || (this.time === other.time && this.#sequence < other.#sequence);
  }
}
