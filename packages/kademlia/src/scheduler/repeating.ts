import { type RandomSource, uniform } from "../random/index.ts";
import type { Scheduler, Timer } from "./scheduler.ts";

/** Share of the interval by which a repetition may come earlier, so that nodes started together drift apart. */
const JITTER = 0.1;

/** Runs a task again and again until it is stopped, each time after 90 … 100 % of the interval. */
export class Repeating {
  readonly #scheduler: Scheduler;
  readonly #random: RandomSource;
  readonly #intervalMs: number;
  readonly #task: () => void;
  #timer: Timer | undefined;

  constructor(scheduler: Scheduler, random: RandomSource, intervalMs: number, task: () => void) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#intervalMs = intervalMs;
    this.#task = task;
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    if (this.#intervalMs === Number.POSITIVE_INFINITY) return;
    const delay = uniform(this.#random, this.#intervalMs * (1 - JITTER), this.#intervalMs);
    this.#timer = this.#scheduler.at(this.#scheduler.now() + delay, () => {
      this.#arm();
      this.#task();
    });
  }
}
