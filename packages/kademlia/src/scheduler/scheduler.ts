/**
 * The engine's only clock. Times are milliseconds.
 *
 * `now()` is monotonic and has no meaning across runs: waiting is measured with it. `wallClock()` is Unix time: the
 * lifetimes of values are counted in it, because they outlive a run.
 */
export interface Scheduler {
  now(): number;
  wallClock(): number;
  /** Runs `task` once at monotonic time `time`; a time that is past runs as soon as the current task has ended. */
  at(time: number, task: () => void): Timer;
}

export interface Timer {
  /** Harmless when it already ran. */
  cancel(): void;
}
