// Source: OpenDHT REST proxy, permanent puts and push subscriptions.
import type { Scheduler, Timer } from "@hashmere/dht/engine";

/** How long a permanent put or a push subscription lasts unless it is renewed. */
export const OPERATION_LIFETIME_MS = 24 * 3_600_000;
/** Its owner is warned so long before. */
export const WARNING_MS = 2 * 3_600_000;

/** Tells when something is about to end, and when it ends. */
export class Lifetime {
  readonly #scheduler: Scheduler;
  readonly #onWarning: () => void;
  readonly #onEnd: () => void;
  #warning: Timer | undefined;
  #end: Timer | undefined;
  #endsAt = 0;

  constructor(scheduler: Scheduler, onWarning: () => void, onEnd: () => void) {
    this.#scheduler = scheduler;
    this.#onWarning = onWarning;
    this.#onEnd = onEnd;
  }

  /** Unix ms. */
  get endsAt(): number {
    return this.#endsAt;
  }

  /** Begins anew. */
  renew(): void {
    this.set(this.#scheduler.wallClock() + OPERATION_LIFETIME_MS);
  }

  /** @param endsAt Unix ms; the past means at once */
  set(endsAt: number): void {
    this.stop();
    this.#endsAt = endsAt;
    const end = this.#scheduler.now() + endsAt - this.#scheduler.wallClock();
    this.#warning = this.#scheduler.at(end - WARNING_MS, this.#onWarning);
    this.#end = this.#scheduler.at(end, this.#onEnd);
  }

  stop(): void {
    this.#warning?.cancel();
    this.#end?.cancel();
  }
}
