import { type RandomSource, type Scheduler, type Timer, uniform } from "@hashmere/dht/engine";
import { MAX_RETRY_MS, MIN_RETRY_MS } from "./limits.ts";

/** How a round ended: what to wait for the next, or that it failed. */
export type RoundOutcome = { readonly againInMs: number } | "failed";

/**
 * Something done again and again until it is closed: after the pause that its last round asks for, and after a growing
 * one, shortened by chance, when rounds fail.
 */
export class Recurring {
  readonly #clock: Scheduler;
  readonly #random: RandomSource;
  readonly #round: (signal: AbortSignal) => Promise<RoundOutcome>;
  #retryMs = MIN_RETRY_MS;
  #timer: Timer | undefined;
  #current: AbortController | undefined;
  #isClosed = false;

  constructor(clock: Scheduler, random: RandomSource, round: (signal: AbortSignal) => Promise<RoundOutcome>) {
    this.#clock = clock;
    this.#random = random;
    this.#round = round;
  }

  /** Begins a round now or after a delay, instead of when it would be due. Nothing while one is under way. */
  wake(delayMs = 0): void {
    if (this.#isClosed || this.#current) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (delayMs > 0) this.#waitFor(delayMs);
    else void this.#run();
  }

  /** Gives up the round under way, if any, and begins another, now or after a delay. */
  restart(delayMs: number): void {
    this.#current?.abort(new DOMException("begun anew", "AbortError"));
    this.#current = undefined;
    this.#retryMs = MIN_RETRY_MS;
    this.wake(delayMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#current?.abort(new DOMException("closed", "AbortError"));
  }

  async #run(): Promise<void> {
    const controller = new AbortController();
    this.#current = controller;
    const outcome = await this.#round(controller.signal).catch(() => "failed" as const);
    if (this.#current !== controller || this.#isClosed) return; // another round has taken its place
    this.#current = undefined;
    if (outcome === "failed") {
      this.#waitFor(uniform(this.#random, this.#retryMs / 2, this.#retryMs));
      this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
    } else {
      this.#retryMs = MIN_RETRY_MS;
      this.#waitFor(outcome.againInMs);
    }
  }

  #waitFor(ms: number): void {
    this.#timer = this.#clock.at(this.#clock.now() + ms, () => void this.#run());
  }
}
