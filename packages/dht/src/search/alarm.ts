import type { Scheduler, Timer } from "../scheduler/index.ts";

/** One task that is to run by a certain time: of several times asked for, the earliest counts. */
export class Alarm {
  readonly #scheduler: Scheduler;
  readonly #task: () => void;
  #timer: Timer | undefined;

  constructor(scheduler: Scheduler, task: () => void) {
    this.#scheduler = scheduler;
    this.#task = task;
  }

  /** When the task will run, monotonic ms; Infinity when it won't. */
  get time(): number {
    return this.#timer?.isPending ? this.#timer.time : Number.POSITIVE_INFINITY;
  }

  /** Has the task run at that time at the latest; Infinity asks for nothing. */
  by(time: number): void {
    if (time >= this.time) return;
    this.#timer?.cancel();
    this.#timer = this.#scheduler.at(time, this.#task);
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}
