import type { Timer } from "./scheduler.ts";

/**
 * A binary heap of timers, earliest first; equal times run in the order in which they were set.
 *
 * Cancelled timers leave the heap at once, so that the queue never holds more than what is really due.
 */
export class TimerQueue {
  readonly #heap: QueuedTimer[] = [];
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the earliest timer is due; Infinity when there is none. */
  get nextTime(): number {
    return this.#heap[0]?.time ?? Number.POSITIVE_INFINITY;
  }

  add(time: number, task: () => void): Timer {
    const timer = new QueuedTimer(this, time, this.#sequence++, task);
    timer.index = this.#heap.length;
    this.#heap.push(timer);
    this.#siftUp(timer);
    return timer;
  }

  /** Takes the earliest timer out if it is due at `now`, and returns its task. */
  takeDue(now: number): (() => void) | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.time > now) return undefined;
    this.remove(first);
    return first.task;
  }

  remove(timer: QueuedTimer): void {
    const { index } = timer;
    if (index < 0) return;
    timer.index = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === timer) return;
    last.index = index;
    this.#heap[index] = last;
    this.#siftUp(last);
    this.#siftDown(last);
  }

  clear(): void {
    for (const timer of this.#heap) timer.index = -1;
    this.#heap.length = 0;
  }

  #siftUp(timer: QueuedTimer): void {
    const heap = this.#heap;
    while (timer.index > 0) {
      const parent = heap[(timer.index - 1) >> 1];
      if (parent === undefined || parent.isBefore(timer)) return;
      this.#swap(parent, timer);
    }
  }

  #siftDown(timer: QueuedTimer): void {
    const heap = this.#heap;
    for (;;) {
      const left = heap[timer.index * 2 + 1];
      const right = heap[timer.index * 2 + 2];
      const child = right?.isBefore(left) ? right : left;
      if (child === undefined || timer.isBefore(child)) return;
      this.#swap(timer, child);
    }
  }

  /** `upper` stands directly above `lower`; afterwards it is the other way round. */
  #swap(upper: QueuedTimer, lower: QueuedTimer): void {
    const index = upper.index;
    upper.index = lower.index;
    lower.index = index;
    this.#heap[upper.index] = upper;
    this.#heap[lower.index] = lower;
  }
}

class QueuedTimer implements Timer {
  index = -1;
  readonly time: number;
  readonly task: () => void;
  readonly #queue: TimerQueue;
  readonly #sequence: number;

  constructor(queue: TimerQueue, time: number, sequence: number, task: () => void) {
    this.#queue = queue;
    this.time = time;
    this.#sequence = sequence;
    this.task = task;
  }

  get isPending(): boolean {
    return this.index >= 0;
  }

  cancel(): void {
    this.#queue.remove(this);
  }

  isBefore(other: QueuedTimer | undefined): boolean {
    if (other === undefined) return true;
    return this.time < other.time || (this.time === other.time && this.#sequence < other.#sequence);
  }
}
