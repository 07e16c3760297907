import type { Scheduler, Timer } from "@hashmere/dht";

/** The network is looked at anew at most this often. */
const NETWORK_CHECK_PAUSE_MS = 30_000;
/**
 * And once more soon after: what broke a path may still be going on. A router that gets another address is busy with it for a
 * moment, and whoever was asked through it meanwhile knows us by the old one.
 */
export const SECOND_LOOK_MS = 1500;

/**
 * After a path broke or none was found: this machine's address may have changed without its knowing, and others must learn
 * of it.
 */
export class NetworkCheck {
  readonly #scheduler: Scheduler;
  readonly #look: () => void;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #second: Timer | undefined;
  #isStopped = false;

  /** @param look tells everybody where we are */
  constructor(scheduler: Scheduler, look: () => void) {
    this.#scheduler = scheduler;
    this.#look = look;
  }

  begin(): void {
    const now = this.#scheduler.now();
    if (this.#isStopped || now - this.#lookedAt < NETWORK_CHECK_PAUSE_MS) return;
    this.#lookedAt = now;
    this.#look();
    this.#second = this.#scheduler.at(now + SECOND_LOOK_MS, this.#look);
  }

  stop(): void {
    this.#isStopped = true;
    this.#second?.cancel();
  }
}
