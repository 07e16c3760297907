import type { Scheduler, Timer } from "@hashmere/dht";
import type { ConnectError } from "../errors/index.ts";

/** A link that broke is made again at once, then after these pauses, and then no more. */
const RELINK_PAUSES_MS: readonly number[] = [1000, 2000, 4000, 8000, 15_000, 30_000];
const FIRST_PAUSE_MS = 100;

/**
 * An attempt of which nothing is heard for so long may have met the end of what broke the link: a router that gets another
 * address forgets once more what was begun meanwhile, and nobody is told.
 */
const STALLED_MS = 2500;

/**
 * A link that was made again and is lost within this time, which an idle one takes to be noticed dead, was made too soon: it is
 * made once more though nobody has used it, and pauses go on growing.
 */
const PROVEN_MS = 20_000;

/** Refused or closed on purpose: trying again would change nothing. */
const FINAL_CODES: readonly string[] = ["ERR_REFUSED", "ERR_CLOSED", "ERR_BAD_CERTIFICATE"];

interface RemakingHost {
  /** Begins an attempt, unless there is one. */
  call(): void;
  /** Nothing was heard of the attempt for a while, of which the other side has heard, or not. */
  stalled(isAnswered: boolean): void;
}

/** Makes a link again after it broke, with pauses that grow. */
export class Remaking {
  readonly #scheduler: Scheduler;
  readonly #host: RemakingHost;
  #attempts: number | undefined;
  #isAnswered = false;
  /** The latest success, and how many attempts had failed before it. */
  #success = { at: Number.NEGATIVE_INFINITY, failedBefore: 0 };
  #timer: Timer | undefined;

  constructor(scheduler: Scheduler, host: RemakingHost) {
    this.#scheduler = scheduler;
    this.#host = host;
  }

  get isUnderWay(): boolean {
    return this.#attempts !== undefined;
  }

  /** A link was made again a moment ago, and has yet to prove itself. */
  get hasJustSucceeded(): boolean {
    return this.#scheduler.now() - this.#success.at < PROVEN_MS;
  }

  begin(): void {
    if (this.isUnderWay) return;
    const isOnceMore = this.hasJustSucceeded;
    this.#attempts = isOnceMore ? this.#success.failedBefore : 0;
    if (isOnceMore) this.#callAfterPause();
    else this.#callAfter(FIRST_PAUSE_MS);
  }

  /** The other side has answered an attempt. */
  answered(): void {
    if (!this.isUnderWay || this.#isAnswered) return;
    this.#isAnswered = true;
    this.#after(STALLED_MS, () => this.#host.stalled(true));
  }

  failed({ code }: ConnectError): void {
    if (!this.isUnderWay) return;
    if (FINAL_CODES.includes(code)) this.stop();
    else this.#callAfterPause();
  }

  /** What kept it from succeeding may be over. */
  hurry(): void {
    if (!this.isUnderWay) return;
    this.#attempts = 0;
    this.#callAfter(FIRST_PAUSE_MS);
  }

  succeeded(): void {
    if (this.#attempts !== undefined) this.#success = { at: this.#scheduler.now(), failedBefore: this.#attempts };
    this.stop();
  }

  stop(): void {
    this.#attempts = undefined;
    this.#timer?.cancel();
  }

  /** After the next of the pauses, if there is one. */
  #callAfterPause(): void {
    const count = this.#attempts ?? 0;
    const pause = RELINK_PAUSES_MS[count];
    this.#attempts = count + 1;
    if (pause === undefined) this.stop();
    else this.#callAfter(pause);
  }

  #callAfter(ms: number): void {
    this.#isAnswered = false;
    this.#after(ms, () => {
      this.#after(STALLED_MS, () => this.#host.stalled(false));
      this.#host.call();
    });
  }

  #after(ms: number, task: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#scheduler.at(this.#scheduler.now() + ms, task);
  }
}
