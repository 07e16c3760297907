import type { Scheduler, Timer } from "@hashmere/dht";

/**
 * After a first look at the network always a second one: what broke a path may still be going on. A router that gets another
 * address is busy with it for a moment, and whoever was asked through it meanwhile knows us by the old one.
 */
export const SECOND_LOOK_MS = 1500;
/** As long as links go on breaking, after pauses that double up to this. For other reasons it is looked at no more often. */
const MAX_LOOK_PAUSE_MS = 30_000;

/**
 * After a path broke or none was found: this machine's address may have changed without its knowing, and others must learn
 * of it.
 */
export class NetworkCheck {
  readonly #scheduler: Scheduler;
  readonly #look: () => void;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Least time until the next look. */
  #pauseMs = SECOND_LOOK_MS;
  #next: Timer | undefined;
  #isStopped = false;

  /** @param look tells everybody where we are */
  constructor(scheduler: Scheduler, look: () => void) {
    this.#scheduler = scheduler;
    this.#look = look;
  }

  /** Looks, and looks again, unless that was done a moment ago. */
  begin(): void {
    const now = this.#scheduler.now();
    if (this.#isStopped || now - this.#lookedAt < MAX_LOOK_PAUSE_MS) return;
    this.#lookNow();
    this.#pauseMs = SECOND_LOOK_MS;
    this.#lookAt(now + SECOND_LOOK_MS);
  }

  /** Looks also when that was done a moment ago, as soon as the pause is over. */
  again(): void {
    this.begin();
    if (this.#isStopped || this.#next?.isPending) return;
    this.#lookAt(Math.max(this.#scheduler.now(), this.#lookedAt + this.#pauseMs));
  }

  stop(): void {
    this.#isStopped = true;
    this.#next?.cancel();
  }

  #lookAt(time: number): void {
    this.#next?.cancel();
    this.#next = this.#scheduler.at(time, () => {
      this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_LOOK_PAUSE_MS);
      this.#lookNow();
    });
  }

  #lookNow(): void {
    this.#lookedAt = this.#scheduler.now();
    this.#look();
  }
}
