import { type DhtError, raceAbort, type Scheduler } from "@hashmere/dht/engine";
import { ANSWER_TIMEOUT_MS, CHECK_TIMEOUT_MS, SLOW_CHECK_TIMEOUT_MS } from "./limits.ts";
import { Patience } from "./patience.ts";
import { notAProxy, unreachable } from "./proxy-failure.ts";
import type { ProxyHttp } from "./proxy-http.ts";
import { type ProxyInfo, readProxyInfo } from "./proxy-info.ts";

/** What a look at a proxy shows, or why it shows nothing. */
export type Sight = ProxyInfo | DhtError;

/** A look that wasn't answered in time, and may still be. */
export interface LateLook {
  readonly base: URL;
  readonly sight: Promise<Sight>;
}

/** Looks at proxies. Who has been slow is given twice the time that he took, the next time. */
export class ProxyLooks {
  readonly #http: ProxyHttp;
  readonly #clock: Scheduler;
  #limitMs = CHECK_TIMEOUT_MS;

  constructor(http: ProxyHttp, clock: Scheduler) {
    this.#http = http;
    this.#clock = clock;
  }

  /** @param onLate told of a look that goes on, when there was no answer in time; the signal ends it */
  async look(base: URL, signal: AbortSignal, onLate: (look: LateLook) => void): Promise<Sight> {
    const sight = this.#ask(base, signal);
    const patience = new Patience(this.#clock, this.#limitMs);
    try {
      return await raceAbort(sight, patience.signal);
    } catch (error) {
      onLate({ base, sight });
      return unreachable(base, error);
    } finally {
      patience.end();
    }
  }

  async #ask(base: URL, signal: AbortSignal): Promise<Sight> {
    const begunAt = this.#clock.now();
    try {
      const answer = await this.#http.send(base, { method: "GET", path: "", signal });
      const text = await answer.firstLine(ANSWER_TIMEOUT_MS);
      const twice = 2 * (this.#clock.now() - begunAt);
      this.#limitMs = Math.min(Math.max(CHECK_TIMEOUT_MS, twice), SLOW_CHECK_TIMEOUT_MS);
      return (answer.status === 200 ? readProxyInfo(text) : undefined) ?? notAProxy(base, answer.status);
    } catch (error) {
      return unreachable(base, error);
    }
  }
}
