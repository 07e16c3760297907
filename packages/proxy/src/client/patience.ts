import { DhtError, type Scheduler, type Timer } from "@hashmere/dht/engine";

/** Waits for signs of life, and gives up when there is none for too long: `signal` is aborted then. */
export class Patience {
  /** How long the silence may be from the next sign of life on. */
  limitMs: number;
  readonly #clock: Scheduler;
  readonly #impatience = new AbortController();
  #timer: Timer;

  constructor(clock: Scheduler, limitMs: number) {
    this.#clock = clock;
    this.limitMs = limitMs;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#impatience.signal;
  }

  /** A sign of life. */
  renew(): void {
    this.#timer.cancel();
    this.#timer = this.#start();
  }

  end(): void {
    this.#timer.cancel();
  }

  #start(): Timer {
    const { limitMs } = this;
    return this.#clock.at(this.#clock.now() + limitMs, () => {
      const advice = `the proxy has been silent for ${Math.round(limitMs / 1000)} s: is it up, and reachable from here?`;
      this.#impatience.abort(new DhtError("ERR_PROXY_TIMEOUT", advice));
    });
  }
}
