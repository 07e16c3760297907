import type { RandomSource, Scheduler, Timer } from "@hashmere/dht";
import { transactionKey } from "../stun/index.ts";
import type { BindingRequests } from "./binding-requests.ts";
import type { CandidatePair } from "./candidate-pair.ts";
import type { IceFlow } from "./flow.ts";

/** The other side hears from us every 20 s and up to 4 s, in whole seconds, as with DHTNet. */
export const KEEP_ALIVE_MS = 20_000;
const KEEP_ALIVE_JITTER_S = 5;

/** Questions that wait for an answer: a peer that gives none is asked again and again. */
const MAX_QUESTIONS = 64;

/** The pair that both sides have agreed on, while it is used: keeps it open, and asks the other side for signs of life. */
export class SelectedPair {
  readonly flow: IceFlow;
  readonly #pair: CandidatePair;
  readonly #requests: BindingRequests;
  readonly #scheduler: Scheduler;
  readonly #random: RandomSource;
  /** What to do when a question is answered, oldest first. */
  readonly #questions = new Map<string, () => void>();
  #keepAlive: Timer | undefined;

  constructor(
    pair: CandidatePair,
    flow: IceFlow,
    requests: BindingRequests,
    { scheduler, random }: { readonly scheduler: Scheduler; readonly random: RandomSource },
  ) {
    this.#pair = pair;
    this.flow = flow;
    this.#requests = requests;
    this.#scheduler = scheduler;
    this.#random = random;
    if (!pair.isBare) this.#keepAliveLater();
  }

  /** Asks for a sign of life; see {@link answered}. */
  ask(whenAnswered: () => void): void {
    const { transactionId, request } = this.#requests.check(this.#pair);
    this.#questions.set(transactionKey(transactionId), whenAnswered);
    const [oldest] = this.#questions.keys();
    if (oldest !== undefined && this.#questions.size > MAX_QUESTIONS) this.#questions.delete(oldest);
    this.flow.send(request);
  }

  /**
   * A response came. Even a refusal tells that the question has arrived, as its number is known to nobody else. Questions
   * asked earlier count as answered too, and are not called back.
   */
  answered(key: string): void {
    const whenAnswered = this.#questions.get(key);
    if (whenAnswered === undefined) return;
    for (const earlier of this.#questions.keys()) {
      this.#questions.delete(earlier);
      if (earlier === key) break;
    }
    whenAnswered();
  }

  close(): void {
    this.#questions.clear();
    this.#keepAlive?.cancel();
  }

  #keepAliveLater(): void {
    const jitterMs = (this.#random.uint32() % KEEP_ALIVE_JITTER_S) * 1000;
    this.#keepAlive = this.#scheduler.at(this.#scheduler.now() + KEEP_ALIVE_MS + jitterMs, () => {
      this.flow.send(this.#requests.keepAlive());
      this.#keepAliveLater();
    });
  }
}
