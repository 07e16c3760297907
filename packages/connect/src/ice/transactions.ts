import type { Scheduler, Timer } from "@hashmere/dht";
import { type StunMessage, transactionKey } from "../stun/index.ts";
import type { CandidatePair, IceRole } from "./candidate-pair.ts";
import { type IceFlow, isSameFlow } from "./flow.ts";

/** Datagrams get lost: a request over UDP is repeated after this, then after twice as long, up to the maximum. */
const FIRST_REPEAT_MS = 200;
const MAX_REPEAT_MS = 800;

/** A request that waits for its response. */
export interface Transaction {
  readonly pair: CandidatePair;
  readonly flow: IceFlow;
  readonly request: Uint8Array;
  readonly isNominating: boolean;
  /** The role that the request names. */
  readonly role: IceRole;
  /** When it was sent first. */
  readonly sentAt: number;
}

interface RunningTransaction extends Transaction {
  repeat: Timer | undefined;
}

/** All requests that wait. Those over TCP are sent once; how long all of them wait is the agent's business. */
export class Transactions {
  readonly #scheduler: Scheduler;
  readonly #running = new Map<string, RunningTransaction>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  send(transactionId: Uint8Array, transaction: Transaction): void {
    const running: RunningTransaction = { ...transaction, repeat: undefined };
    this.#running.set(transactionKey(transactionId), running);
    this.#sendNow(running, FIRST_REPEAT_MS);
  }

  /** The request that this responds to, if it came from where the request went; it no longer waits then. */
  take(response: StunMessage, flow: IceFlow): Transaction | undefined {
    const key = response.transactionKey;
    const running = this.#running.get(key);
    if (running === undefined || !isSameFlow(running.flow, flow)) return undefined;
    running.repeat?.cancel();
    this.#running.delete(key);
    return running;
  }

  /** Sends what waits on this pair, or on all, again at once where it may have got lost: something has changed on the way. */
  repeat(pair?: CandidatePair): void {
    for (const running of this.#running.values()) {
      const isMeant = pair === undefined || running.pair === pair;
      if (isMeant && isDatagram(running)) this.#sendNow(running, FIRST_REPEAT_MS);
    }
  }

  /** Forgets what waits on this pair. */
  drop(pair: CandidatePair): void {
    for (const [key, running] of this.#running) {
      if (running.pair !== pair) continue;
      running.repeat?.cancel();
      this.#running.delete(key);
    }
  }

  clear(): void {
    for (const { repeat } of this.#running.values()) repeat?.cancel();
    this.#running.clear();
  }

  #sendNow(running: RunningTransaction, delay: number): void {
    running.repeat?.cancel();
    if (isDatagram(running)) {
      const next = () => this.#sendNow(running, Math.min(delay * 2, MAX_REPEAT_MS));
      running.repeat = this.#scheduler.at(this.#scheduler.now() + delay, next);
    }
    running.flow.send(running.request);
  }
}

function isDatagram({ flow }: Transaction): boolean {
  return flow.base.kind === "datagram";
}
