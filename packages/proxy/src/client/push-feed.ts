import type { InfoHash } from "@hashmere/dht/engine";
import { deliver, type Feed, type FeedSink } from "./feed.ts";
import { RENEWAL_MS, SILENCE_TIMEOUT_MS } from "./limits.ts";
import type { ProxyAnswer } from "./proxy-answer.ts";
import { ask, keyPath, type ProxyCore, tell } from "./proxy-core.ts";
import type { PushTarget } from "./push-identity.ts";
import { Recurring, type RoundOutcome } from "./recurring.ts";

/** A subscription: the proxy pushes that something has happened, and the values are fetched. */
export class PushFeed implements Feed {
  readonly #core: ProxyCore;
  readonly #key: InfoHash;
  readonly #sink: FeedSink;
  readonly #target: PushTarget;
  readonly #subscription: Recurring;
  /** The proxy that is asked. */
  #asked: URL | undefined;
  /** The proxy that has the subscription. */
  #base: URL | undefined;

  constructor(core: ProxyCore, key: InfoHash, target: PushTarget, sink: FeedSink) {
    this.#core = core;
    this.#key = key;
    this.#target = target;
    this.#sink = sink;
    this.#subscription = new Recurring(core.clock, core.random, (signal) => this.#subscribe(signal));
    this.#subscription.wake();
  }

  /** One that took the subscription keeps it while it is away. */
  reconnect(delayMs: number, isAnother: boolean): void {
    const { base } = this.#core.connection;
    if (isAnother) this.#base = undefined;
    if (this.#base !== base && this.#asked !== base) this.#subscription.restart(delayMs);
  }

  renew(): boolean {
    this.#subscription.wake();
    return true;
  }

  /** The subscription stays: pushes are what wakes an application that has ended. */
  close(): void {
    this.#subscription.close();
  }

  cancel(): void {
    this.close();
    if (!this.#base) return;
    const { key, client_id } = this.#target;
    const body = JSON.stringify({ key, client_id });
    void tell(this.#core, { method: "UNSUBSCRIBE", path: keyPath(this.#key), body });
  }

  async #subscribe(signal: AbortSignal): Promise<RoundOutcome> {
    const { connection } = this.#core;
    const refresh = this.#base === connection.base;
    const body = JSON.stringify({ ...this.#target, ...(refresh && { refresh }) });
    const request = { method: "SUBSCRIBE", path: keyPath(this.#key), body, signal } as const;
    this.#asked = connection.base;
    try {
      const taker = await ask(this.#core, request, (answer, base) => this.#read(answer, base, refresh));
      this.#base = taker;
      return taker ? { againInMs: RENEWAL_MS } : "failed";
    } finally {
      if (!signal.aborted) this.#asked = undefined;
    }
  }

  /** The proxy that took it; undefined when it refused. */
  async #read(answer: ProxyAnswer, base: URL, refresh: boolean): Promise<URL | undefined> {
    if (answer.status !== 200) {
      await answer.discard();
      return undefined;
    }
    if (!refresh) this.#sink.onBegin();
    for await (const lines of answer.lines(SILENCE_TIMEOUT_MS)) if (deliver(lines, this.#sink)) break;
    return base;
  }
}
