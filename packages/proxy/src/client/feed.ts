import type { InfoHash, Value } from "@hashmere/dht/engine";
import {
  HEARTBEAT_S,
  MISSED_HEARTBEATS,
  RENEW_STREAM_MS,
  RENEWAL_MS,
  SILENCE_TIMEOUT_MS,
  STEADY_MS,
} from "./limits.ts";
import type { ProxyAnswer } from "./proxy-answer.ts";
import { ask, keyPath, type ProxyCore, tell } from "./proxy-core.ts";
import type { PushTarget } from "./push-identity.ts";
import { Recurring, type RoundOutcome } from "./recurring.ts";
import { readValueLine, type ValueLine } from "./value-lines.ts";

/** Takes what a feed brings. */
export interface FeedSink {
  /** The feed begins, for the first time or anew: what it brings from now on is true now. */
  onBegin(): void;
  onValues(values: readonly Value[], expired: boolean): void;
}

/** Brings what happens under a key, for as long as it is open, whatever happens to proxies and connections. */
export interface Feed {
  /** The proxy is another one, or was away. */
  reconnect(): void;
  /** The proxy is about to forget us. False when it needn't be told anything. */
  renew(): boolean;
  close(): void;
}

/** A connection of its own, on which the proxy writes. */
export class StreamFeed implements Feed {
  readonly #core: ProxyCore;
  readonly #key: InfoHash;
  readonly #sink: FeedSink;
  readonly #stream: Recurring;
  /** The proxy that writes, or is asked to. */
  #base: URL | undefined;

  constructor(core: ProxyCore, key: InfoHash, sink: FeedSink) {
    this.#core = core;
    this.#key = key;
    this.#sink = sink;
    this.#stream = new Recurring(core.clock, core.random, (signal) => this.#read(signal));
    this.#stream.wake();
  }

  reconnect(): void {
    if (this.#base !== this.#core.connection.base) this.#stream.restart();
  }

  renew(): boolean {
    return false;
  }

  close(): void {
    this.#stream.close();
  }

  async #read(signal: AbortSignal): Promise<RoundOutcome> {
    const { connection, http, clock } = this.#core;
    const { base } = connection;
    const begunAt = clock.now();
    let hasBegun = false;
    this.#base = base;
    try {
      const path = `${keyPath(this.#key)}/listen?heartbeat=${HEARTBEAT_S}`;
      const answer = await http.send(base, { method: "GET", path, signal });
      hasBegun = true;
      if (answer.status === 200) {
        this.#sink.onBegin();
        await this.#follow(answer);
      } else await answer.discard();
    } catch {
      if (!signal.aborted && !hasBegun) connection.failed(base);
    }
    if (!signal.aborted) this.#base = undefined;
    return clock.now() - begunAt >= STEADY_MS ? { againInMs: 0 } : "failed";
  }

  async #follow(answer: ProxyAnswer): Promise<void> {
    for await (const lines of answer.lines(RENEW_STREAM_MS)) {
      if (lines.length === 0) answer.silenceMs = MISSED_HEARTBEATS * HEARTBEAT_S * 1000; // who sends one goes on doing so
      if (deliver(lines, this.#sink)) return;
    }
  }
}

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
  reconnect(): void {
    const { base } = this.#core.connection;
    if (this.#base !== base && this.#asked !== base) this.#subscription.restart();
  }

  renew(): boolean {
    this.#subscription.wake();
    return true;
  }

  close(): void {
    this.#subscription.close();
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
      const isTaken = await ask(this.#core, request, (answer) => this.#read(answer, refresh));
      this.#base = isTaken ? connection.base : undefined;
      return isTaken ? { againInMs: RENEWAL_MS } : "failed";
    } finally {
      if (!signal.aborted) this.#asked = undefined;
    }
  }

  async #read(answer: ProxyAnswer, refresh: boolean): Promise<boolean> {
    if (answer.status !== 200) {
      await answer.discard();
      return false;
    }
    if (!refresh) this.#sink.onBegin();
    for await (const lines of answer.lines(SILENCE_TIMEOUT_MS)) if (deliver(lines, this.#sink)) break;
    return true;
  }
}

/** Hands on what lines say, one kind after the other. True when one of them says that nothing more comes. */
function deliver(lines: readonly string[], sink: FeedSink): boolean {
  let batch: Value[] = [];
  let areExpired = false;
  const flush = (): void => {
    if (batch.length > 0) sink.onValues(batch, areExpired);
    batch = [];
  };
  for (const line of lines) {
    const read: ValueLine = readValueLine(line);
    if (read.kind === "value") {
      if (read.expired !== areExpired) flush();
      areExpired = read.expired;
      batch.push(read.value);
    } else if (read.kind === "end") {
      flush();
      return true;
    }
  }
  flush();
  return false;
}
