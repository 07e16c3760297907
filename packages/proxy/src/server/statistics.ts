// Source: OpenDHT REST proxy, statistics.
import type { Scheduler } from "@hashmere/dht/engine";
import { Real, type Writable } from "../json/index.ts";
import type { Pusher } from "../push/index.ts";
import type { ClientLedger } from "./client-ledger.ts";
import type { NodeFacts } from "./node-facts.ts";
import type { PermanentPuts } from "./permanent-puts.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Requests are counted over that time. */
const RATE_PERIOD_MS = 120_000;

export interface StatisticsSources {
  readonly scheduler: Scheduler;
  readonly facts: NodeFacts;
  readonly ledger: ClientLedger;
  readonly puts: PermanentPuts;
  readonly subscriptions: Subscriptions;
  readonly pusher: Pusher;
}

/** What a proxy is used for. */
export interface ProxyStats {
  /** Open listens. */
  readonly listens: number;
  /** Keys with at least one permanent put. */
  readonly puts: number;
  readonly permanentPuts: number;
  /** Distinct push tokens with at least one subscription. */
  readonly pushListeners: number;
  /** Requests per second, over the last two minutes. */
  readonly requestRate: number;
}

export class Statistics {
  readonly #sources: StatisticsSources;
  readonly #startedAt: number;
  #periodStart: number;
  #requests = 0;
  #lastRate: number | undefined;

  constructor(sources: StatisticsSources) {
    this.#sources = sources;
    this.#startedAt = sources.scheduler.wallClock();
    this.#periodStart = sources.scheduler.now();
  }

  countRequest(): void {
    this.#turnPeriod();
    this.#requests++;
  }

  get stats(): ProxyStats {
    const { ledger, puts, subscriptions } = this.#sources;
    return {
      listens: ledger.total("listens"),
      puts: puts.keys,
      permanentPuts: puts.size,
      pushListeners: subscriptions.tokens,
      requestRate: this.#requestRate(),
    };
  }

  /** @throws HttpError 503 while the node doesn't run */
  toJson(): Writable {
    const { facts, pusher, scheduler } = this.#sources;
    const { listens, puts, permanentPuts, pushListeners, requestRate } = this.stats;
    return {
      androidPush: { ...pusher.countsOf("android") },
      iosPush: { ...pusher.countsOf("ios") },
      lastUpdated: Math.floor(scheduler.wallClock() / 1000),
      listenCount: listens,
      nodeInfo: facts.facts,
      pushListenersCount: pushListeners,
      putCount: puts,
      requestRate: new Real(requestRate),
      serverStartTime: Math.floor(this.#startedAt / 1000),
      totalPermanentPuts: permanentPuts,
      unifiedPush: { ...pusher.countsOf("unifiedpush") },
    };
  }

  #requestRate(): number {
    this.#turnPeriod();
    if (this.#lastRate !== undefined) return this.#lastRate;
    const elapsed = this.#sources.scheduler.now() - this.#periodStart;
    return elapsed > 0 ? (this.#requests / elapsed) * 1000 : 0;
  }

  #turnPeriod(): void {
    const elapsed = this.#sources.scheduler.now() - this.#periodStart;
    if (elapsed < RATE_PERIOD_MS) return;
    this.#lastRate = (this.#requests / elapsed) * 1000;
    this.#periodStart += elapsed;
    this.#requests = 0;
  }
}
