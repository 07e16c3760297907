import type { Scheduler } from "@hashmere/dht/engine";

/** How long a value lives where its type says nothing else. */
const LIFETIME_MINUTES = 10;
const MINUTE_MS = 60_000;

/** How many bytes came in the last ten minutes, to the minute. */
export class RecentBytes {
  readonly #scheduler: Scheduler;
  readonly #minutes = new Float64Array(LIFETIME_MINUTES + 1);
  #latest: number;
  #sum = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#latest = minuteOf(scheduler);
  }

  get sum(): number {
    this.#forgetOld();
    return this.#sum;
  }

  add(bytes: number): void {
    this.#forgetOld();
    this.#minutes[this.#latest % this.#minutes.length] = this.#inLatest() + bytes;
    this.#sum += bytes;
  }

  #forgetOld(): void {
    const now = minuteOf(this.#scheduler);
    const oldest = now - this.#minutes.length;
    this.#latest = Math.max(this.#latest, oldest);
    while (this.#latest < now) {
      this.#latest++;
      this.#sum -= this.#inLatest();
      this.#minutes[this.#latest % this.#minutes.length] = 0;
    }
  }

  #inLatest(): number {
    return this.#minutes[this.#latest % this.#minutes.length] ?? 0;
  }
}

function minuteOf(scheduler: Scheduler): number {
  return Math.floor(scheduler.now() / MINUTE_MS);
}
