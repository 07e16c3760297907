import type { Scheduler, Timer } from "@hashmere/dht";

/** When all of our own checks have failed, the other side's may still come. */
const PASSIVE_WAIT_MS = 5000;

/** The end of all checks; what is valid then has a second more to be agreed on. */
const DEFAULT_TIMEOUT_MS = 9000;
const LAST_CHANCE_MS = 1000;

interface DeadlineHost {
  /** Whether a way was found, though it is not agreed on. */
  hasValid(): boolean;
  /** What was found is to be agreed on now. */
  lastChance(): void;
  over(reason: string): void;
}

/** How long the checks may go on: until their time is up, and less once there is nothing left to try. */
export class CheckDeadline {
  readonly #scheduler: Scheduler;
  readonly #host: DeadlineHost;
  #end: Timer | undefined;
  #passive: Timer | undefined;

  constructor(scheduler: Scheduler, host: DeadlineHost) {
    this.#scheduler = scheduler;
    this.#host = host;
  }

  begin(timeoutMs = DEFAULT_TIMEOUT_MS): void {
    this.#end = this.#after(timeoutMs, () => this.#timeIsUp());
  }

  /** All our checks have failed, or not, or not any more. */
  setHopeless(isHopeless: boolean): void {
    if (!isHopeless) this.#passive?.cancel();
    else if (!this.#passive?.isPending) {
      this.#passive = this.#after(PASSIVE_WAIT_MS, () => this.#host.over("every address that was tried refused us"));
    }
  }

  stop(): void {
    this.#end?.cancel();
    this.#passive?.cancel();
  }

  #timeIsUp(): void {
    if (!this.#host.hasValid()) return this.#host.over("no address answered in time");
    this.#end = this.#after(LAST_CHANCE_MS, () => this.#host.over(this.#lastReason()));
    this.#host.lastChance();
  }

  #lastReason(): string {
    return this.#host.hasValid()
      ? "a way was found, but the other side did not agree to it"
      : "no address answered in time";
  }

  #after(ms: number, task: () => void): Timer {
    return this.#scheduler.at(this.#scheduler.now() + ms, task);
  }
}
