import type { InfoHash } from "@hashmere/dht/engine";
import { deliver, type Feed, type FeedSink } from "./feed.ts";
import { HEARTBEAT_S, RENEW_STREAM_MS, SILENT_STREAM_MS, STEADY_MS } from "./limits.ts";
import type { ProxyAnswer } from "./proxy-answer.ts";
import { keyPath, type ProxyCore } from "./proxy-core.ts";
import { Recurring, type RoundOutcome } from "./recurring.ts";
import type { Release } from "./tab-claims.ts";

/** A connection of its own, on which the proxy writes. It gives its slot back when it ends. */
export class StreamFeed implements Feed {
  readonly #core: ProxyCore;
  readonly #key: InfoHash;
  readonly #sink: FeedSink;
  readonly #giveBack: Release;
  readonly #stream: Recurring;
  /** The proxy that writes, or is asked to. */
  #base: URL | undefined;

  constructor(core: ProxyCore, key: InfoHash, sink: FeedSink, giveBack: Release) {
    this.#core = core;
    this.#key = key;
    this.#sink = sink;
    this.#giveBack = giveBack;
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
    this.#giveBack();
  }

  cancel(): void {
    this.close();
  }

  async #read(signal: AbortSignal): Promise<RoundOutcome> {
    const { connection, http, clock } = this.#core;
    const { base } = connection;
    const begunAt = clock.now();
    let hasBegun = false;
    this.#base = base;
    try {
      const path = `${keyPath(this.#key)}/listen?heartbeat=${HEARTBEAT_S}`;
      // A look that finds another proxy has everything reconnected.
      const answer = await connection.whileWaiting({ base, signal, canGoOver: false }, (either) =>
        http.send(base, { method: "GET", path, signal: either }),
      );
      connection.hearFrom(base);
      hasBegun = answer.status === 200;
      if (hasBegun) {
        this.#sink.onBegin();
        if (connection.status === "disconnected") connection.check();
        await this.#follow(answer, base);
      } else await answer.discard();
    } catch {} // however it ended, another is begun
    if (!signal.aborted) {
      this.#base = undefined;
      // The proxy may be gone, or may have begun anew and have forgotten other things as well.
      if (hasBegun) connection.check();
    }
    return hasBegun && clock.now() - begunAt >= STEADY_MS ? { againInMs: 0 } : "failed";
  }

  async #follow(answer: ProxyAnswer, base: URL): Promise<void> {
    const { connection } = this.#core;
    for await (const lines of answer.lines(connection.hasHeartbeats ? SILENT_STREAM_MS : RENEW_STREAM_MS)) {
      connection.hearFrom(base);
      if (lines.length === 0) answer.silenceMs = SILENT_STREAM_MS; // who sends a heartbeat goes on doing so
      if (deliver(lines, this.#sink)) return;
    }
  }
}
