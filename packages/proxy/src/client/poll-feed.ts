import type { Feed, FeedSink } from "./feed.ts";
import { POLL_MS } from "./limits.ts";
import type { ProxyCore } from "./proxy-core.ts";
import { Recurring } from "./recurring.ts";

/** A look at the key from time to time, until there is a stream to be had: the first thing that is asked for. */
export class PollFeed implements Feed {
  readonly #polling: Recurring;

  constructor({ clock, random, streams }: ProxyCore, sink: FeedSink) {
    this.#polling = new Recurring(clock, random, async (signal) => {
      const giveBack = await streams.take();
      if (!giveBack) await sink.refresh();
      else if (signal.aborted) giveBack();
      else sink.onStream(giveBack);
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
