import type { RandomSource, Scheduler, Timer } from "@hashmere/dht/engine";
import { uniform } from "@hashmere/dht/engine";

/** After a start, the first work begins at a moment drawn from this time, so that a fleet doesn't begin together. */
export const START_JITTER_MS = 30_000;
/** Jobs under way at once: at first, and at most. */
export const FIRST_WINDOW = 2;
export const LARGEST_WINDOW = 16;
/** Between the beginnings of two jobs, at least. */
const SHORTEST_PAUSE_MS = 100;
/** A job that failed is tried again after that, doubled each time, with up to as much again by chance. */
const FIRST_RETRY_MS = 15_000;
export const LONGEST_RETRY_MS = 600_000;
/** While the node has no network, this is how often it is asked. */
const NETWORK_CHECK_MS = 5_000;

/** Something that costs the network a search: a permanent put that is announced again, a listen that is taken up again. */
export interface Job {
  /** Begins it, and tells how it went. */
  start(onDone: (ok: boolean) => void): void;
  /** It isn't wanted any more. */
  readonly isCancelled: boolean;
}

export interface AnnouncePacerOptions {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly isConnected: () => boolean;
}

/**
 * Takes up, after a restart, what was under way before: one after the other, never all at once.
 *
 * How much goes on at a time follows from how it goes: one job more after each round that went well, half as many after a
 * failure. Many nodes that start together begin at different moments, and slow down together when the network is busy.
 */
export class AnnouncePacer {
  readonly #options: AnnouncePacerOptions;
  #jobs: { readonly job: Job; failures: number }[] = [];
  #underWay = 0;
  /** Failed jobs that will be tried again. */
  #resting = 0;
  #window = FIRST_WINDOW;
  #timer: Timer | undefined;
  #isOpen = true;

  constructor(options: AnnouncePacerOptions) {
    this.#options = options;
  }

  /** Jobs that wait or are under way. */
  get size(): number {
    return this.#jobs.length + this.#underWay + this.#resting;
  }

  add(jobs: Iterable<Job>): void {
    const wasIdle = this.#jobs.length + this.#underWay === 0;
    for (const job of jobs) this.#jobs.push({ job, failures: 0 });
    this.#shuffle();
    if (wasIdle) this.#wake(uniform(this.#options.random, 0, START_JITTER_MS));
  }

  close(): void {
    this.#isOpen = false;
    this.#jobs = [];
    this.#timer?.cancel();
  }

  #wake(delayMs: number): void {
    const { scheduler } = this.#options;
    if (!this.#isOpen || this.#timer?.isPending) return;
    this.#timer = scheduler.at(scheduler.now() + delayMs, () => this.#next());
  }

  #next(): void {
    if (!this.#options.isConnected()) return this.#wake(NETWORK_CHECK_MS);
    if (this.#underWay >= this.#window) return; // the end of one of them wakes us
    const next = this.#jobs.pop();
    if (next === undefined) return;
    if (!next.job.isCancelled) this.#start(next);
    this.#wake(next.job.isCancelled ? 0 : SHORTEST_PAUSE_MS * uniform(this.#options.random, 1, 2));
  }

  #start(next: { readonly job: Job; failures: number }): void {
    this.#underWay++;
    next.job.start((ok) => {
      this.#underWay--;
      if (ok) this.#window = Math.min(LARGEST_WINDOW, this.#window + 1 / this.#window);
      else {
        this.#window = Math.max(1, this.#window / 2);
        this.#retry(next);
      }
      this.#wake(0);
    });
  }

  #retry(failed: { readonly job: Job; failures: number }): void {
    const { scheduler, random } = this.#options;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** failed.failures++, LONGEST_RETRY_MS) * uniform(random, 1, 2);
    this.#resting++;
    scheduler.at(scheduler.now() + delay, () => {
      this.#resting--;
      if (!this.#isOpen || failed.job.isCancelled) return;
      this.#jobs.push(failed);
      this.#wake(0);
    });
  }

  /** Proxies that hold the same keys shouldn't go through them in the same order. */
  #shuffle(): void {
    const jobs = this.#jobs;
    for (let last = jobs.length - 1; last > 0; last--) {
      const other = Math.floor(uniform(this.#options.random, 0, last + 1));
      const job = jobs[last];
      const swap = jobs[other];
      if (job === undefined || swap === undefined) return;
      jobs[last] = swap;
      jobs[other] = job;
    }
  }
}
