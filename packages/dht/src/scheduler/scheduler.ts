/**
 * The engine's only clock. Times are milliseconds.
 *
 * `now()` is monotonic and has no meaning across runs; `wallClock()` is Unix time and appears on the wire and in
 * exported state only.
 */
export interface Scheduler {
  now(): number;
  wallClock(): number;
  /** Runs `task` once at monotonic time `time`; a time that is past runs as soon as the current task has ended. */
  at(time: number, task: () => void): Timer;
}

/** A task that waits for its time. */
export interface Timer {
  /** When it will run, monotonic ms. */
  readonly time: number;
  /** True from creation until it has run or was cancelled. */
  readonly isPending: boolean;
  /** Harmless when it already ran. */
  cancel(): void;
}
