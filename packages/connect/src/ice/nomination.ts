import type { Scheduler, Timer } from "@hashmere/dht";
import { type CandidatePair, comparePairs } from "./candidate-pair.ts";

/** How long the best pair so far waits for a better one before it is proposed. */
const PATIENCE_MS = 50;
/** With a relay: a link that could have been direct costs more in its life than this. */
const LEAST_RELAY_PATIENCE_MS = 100;
const MAX_RELAY_PATIENCE_MS = 200;

/** When a better one is connected already and only its check is missing. */
const NEAR_PATIENCE_MS = 250;

/** While a proposal is not answered, the next one is made: the first to be answered counts. */
const ANSWER_TIMEOUT_MS = 2000;

/** Which pair the controlling side proposes, and when (regular nomination, RFC 8445 §8.1.1). */
export class Nomination {
  readonly #scheduler: Scheduler;
  readonly #send: (pair: CandidatePair) => void;
  /** The latest that was proposed. */
  #nominee: CandidatePair | undefined;
  readonly #proposed = new Set<CandidatePair>();
  /** Since when there has been a pair to propose. */
  #since: number | undefined;
  #timer: Timer | undefined;

  /** @param send makes the proposal */
  constructor(scheduler: Scheduler, send: (pair: CandidatePair) => void) {
    this.#scheduler = scheduler;
    this.#send = send;
  }

  /** What is proposed and not yet agreed on. */
  get nominee(): CandidatePair | undefined {
    return this.#nominee;
  }

  /** After each change: is there a pair to propose, at once or a little later? */
  consider(pairs: readonly CandidatePair[]): void {
    const best = bestValid(pairs);
    if (this.#nominee || best === undefined) return;
    const now = this.#scheduler.now();
    this.#since ??= now;
    // One relay is as good as another.
    const better = pairs.filter((pair) => pair.isPending && !pair.isRelayed && comparePairs(pair, best) < 0);
    const time = this.#since + patienceMs(best, better, quickest(pairs));
    this.#timer?.cancel();
    if (better.length === 0 || time <= now) this.propose(best, pairs);
    else this.#timer = this.#scheduler.at(time, () => this.consider(pairs));
  }

  /** Proposes the best pair that works, whatever else may come. */
  proposeBest(pairs: readonly CandidatePair[]): void {
    const best = bestValid(pairs);
    if (best && !this.#nominee) this.propose(best, pairs);
  }

  propose(pair: CandidatePair, pairs: readonly CandidatePair[]): void {
    this.#nominee = pair;
    this.#proposed.add(pair);
    this.#timer?.cancel();
    this.#timer = this.#scheduler.at(this.#scheduler.now() + ANSWER_TIMEOUT_MS, () => this.#proposeAnother(pairs));
    this.#send(pair);
  }

  /** The pair is no longer proposed; any, if none is named. */
  withdraw(pair = this.#nominee): void {
    if (this.#nominee !== pair) return;
    this.#nominee = undefined;
    this.#timer?.cancel();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #proposeAnother(pairs: readonly CandidatePair[]): void {
    const another = bestValid(pairs.filter((pair) => !this.#proposed.has(pair)));
    if (another) this.propose(another, pairs);
    else this.#timer = this.#scheduler.at(this.#scheduler.now() + ANSWER_TIMEOUT_MS, () => this.#proposeAnother(pairs));
  }
}

/**
 * Direct ways open within two round trips, if they do: relays have theirs at both ends. One of them has passed when a
 * relayed pair has proved to work.
 */
function patienceMs({ isRelayed }: CandidatePair, better: readonly CandidatePair[], roundTripMs: number): number {
  if (better.some(({ local, state }) => local.transport === "tcp" && state === "checking")) return NEAR_PATIENCE_MS;
  return isRelayed ? Math.min(Math.max(roundTripMs, LEAST_RELAY_PATIENCE_MS), MAX_RELAY_PATIENCE_MS) : PATIENCE_MS;
}

/** The shortest round trip: the first check through a relay also waits until that has brought both sides together. */
function quickest(pairs: readonly CandidatePair[]): number {
  return Math.min(...pairs.filter(({ state }) => state === "succeeded").map(({ roundTripMs }) => roundTripMs));
}

function bestValid(pairs: readonly CandidatePair[]): CandidatePair | undefined {
  return pairs.filter(({ state }) => state === "succeeded").toSorted(comparePairs)[0];
}
