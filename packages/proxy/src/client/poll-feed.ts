import type { Feed, FeedSink } from "./feed.ts";
import { POLL_MS } from "./limits.ts";
import type { ProxyCore } from "./proxy-core.ts";
import { Recurring } from "./recurring.ts";

/** A look at the key from time to time, where there are no more streams to be had. */
export class PollFeed implements Feed {
  readonly #polling: Recurring;

  constructor({ clock, random, streams }: ProxyCore, sink: FeedSink) {
    this.#polling = new Recurring(clock, random, async () => {
      if (streams.areFree) sink.onStreamFree();
      else await sink.refresh();
      return { againInMs: POLL_MS };
    });
    this.#polling.wake();
  }

  reconnect(delayMs: number): void {
    this.#polling.wake(delayMs);
  }

  renew(): boolean {
    return false;
  }

  close(): void {
    this.#polling.close();
  }

  cancel(): void {
    this.close();
  }
}
