import type { Scheduler, Timer } from "@hashmere/dht";
import type { ConnectError } from "../errors/index.ts";

/** A link that broke is made again at once, then after these pauses, and then no more. */
const RELINK_PAUSES_MS: readonly number[] = [1000, 2000, 4000, 8000, 15_000, 30_000];
const FIRST_PAUSE_MS = 100;

/**
 * An attempt that the other side has answered, and that comes to nothing for so long, may have met the end of what broke the
 * link: a router that gets another address forgets once more what was begun meanwhile, and nobody is told. So another attempt
 * is made beside it.
 */
export const STALLED_MS = 2500;

/** Refused or closed on purpose: trying again would change nothing. */
const FINAL_CODES: readonly string[] = ["ERR_REFUSED", "ERR_CLOSED", "ERR_BAD_CERTIFICATE"];

/** Makes a link again after it broke, with pauses that grow. */
export class Remaking {
  readonly #scheduler: Scheduler;
  readonly #call: (isBeside: boolean) => void;
  #attempts: number | undefined;
  #timer: Timer | undefined;

  /** @param call begins an attempt, `isBeside` also when there is another one */
  constructor(scheduler: Scheduler, call: (isBeside: boolean) => void) {
    this.#scheduler = scheduler;
    this.#call = call;
  }

  get isUnderWay(): boolean {
    return this.#attempts !== undefined;
  }

  begin(): void {
    if (this.isUnderWay) return;
    this.#attempts = 0;
    this.#callAfter(FIRST_PAUSE_MS);
  }

  /** The other side has answered an attempt. */
  answered(): void {
    if (this.isUnderWay && !this.#timer?.isPending) this.#callAfter(STALLED_MS, true);
  }

  failed({ code }: ConnectError): void {
    if (this.#attempts === undefined) return;
    const pause = FINAL_CODES.includes(code) ? undefined : RELINK_PAUSES_MS[this.#attempts++];
    if (pause === undefined) this.stop();
    else this.#callAfter(pause);
  }

  /** What kept it from succeeding may be over. */
  hurry(): void {
    if (!this.isUnderWay) return;
    this.#attempts = 0;
    this.#callAfter(FIRST_PAUSE_MS);
  }

  succeeded(): void {
    this.stop();
  }

  stop(): void {
    this.#attempts = undefined;
    this.#timer?.cancel();
  }

  #callAfter(ms: number, isBeside = false): void {
    this.#timer?.cancel();
    this.#timer = this.#scheduler.at(this.#scheduler.now() + ms, () => this.#call(isBeside));
  }
}
