import { DhtError, type InfoHash } from "@hashmere/dht/engine";
import { deliver, type Feed, type FeedSink } from "./feed.ts";
import { HEARTBEAT_S, MISSED_HEARTBEATS, RENEW_STREAM_MS, STEADY_MS } from "./limits.ts";
import type { ProxyAnswer } from "./proxy-answer.ts";
import { keyPath, type ProxyCore } from "./proxy-core.ts";
import { Recurring, type RoundOutcome } from "./recurring.ts";

/** A connection of its own, on which the proxy writes. It takes one of the streams, which has been taken before. */
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

  reconnect(delayMs: number): void {
    if (this.#base !== this.#core.connection.base) this.#stream.restart(delayMs);
  }

  renew(): boolean {
    return false;
  }

  close(): void {
    this.#stream.close();
    this.#core.streams.give();
  }

  cancel(): void {
    this.close();
  }

  async #read(signal: AbortSignal): Promise<RoundOutcome> {
    const { connection, http, clock } = this.#core;
    const { base } = connection;
    const begunAt = clock.now();
    let hasBegun = false;
    let hasBroken = false;
    this.#base = base;
    try {
      const path = `${keyPath(this.#key)}/listen?heartbeat=${HEARTBEAT_S}`;
      const answer = await http.send(base, { method: "GET", path, signal });
      hasBegun = true;
      if (answer.status === 200) {
        this.#sink.onBegin();
        if (connection.status === "disconnected") connection.check();
        await this.#follow(answer);
        hasBroken = true;
      } else await answer.discard();
    } catch (error) {
      if (!signal.aborted && !hasBegun) connection.failed(base);
      hasBroken = hasBegun && !(error instanceof DhtError); // those are our own, of a stream that is given up
    }
    if (!signal.aborted) {
      this.#base = undefined;
      // The proxy may have begun anew, and may have forgotten other things as well.
      if (hasBroken) connection.check();
    }
    return clock.now() - begunAt >= STEADY_MS ? { againInMs: 0 } : "failed";
  }

  async #follow(answer: ProxyAnswer): Promise<void> {
    for await (const lines of answer.lines(RENEW_STREAM_MS)) {
      if (lines.length === 0) answer.silenceMs = MISSED_HEARTBEATS * HEARTBEAT_S * 1000; // who sends one goes on doing so
      if (deliver(lines, this.#sink)) return;
    }
  }
}
