import type { AsyncQueue } from "./async-queue.ts";

/** Default of `maxQueue`: events that a slow reader may leave waiting. */
export const DEFAULT_MAX_QUEUE = 65_536;

/** A value appeared under the key, or (`expired`) is no longer held by anyone we listen at. */
export interface ListenEvent<T> {
  readonly value: T;
  readonly expired: boolean;
}

/** How a listener is read and ended. */
export interface ListenerOptions {
  /** Its abort ends the listener, as `cancel()` does. */
  readonly signal?: AbortSignal | undefined;
  /** Most events that wait for a slow reader. Then an appearance and its expiry cancel out, else the oldest event gives way. */
  readonly maxQueue?: number | undefined;
}

/**
 * What happens under a key, for as long as one looks: `for await` over it. It ends when the loop is left, by `cancel()`,
 * by an abort of its signal, or with the node (values then known are reported expired first). Through a proxy it may also
 * end with a DhtError: `ERR_TOO_MANY_LISTENS` where so many keys are listened to that this one can't be.
 */
export class Listener<T> implements AsyncIterable<ListenEvent<T>>, AsyncDisposable {
  /** Resolves when the node has begun to listen. */
  readonly ready: Promise<void>;
  readonly #events: AsyncQueue<ListenEvent<T>>;
  readonly #cancel: () => void;

  constructor(events: AsyncQueue<ListenEvent<T>>, ready: Promise<void>, cancel: () => void) {
    this.#events = events;
    this.ready = ready;
    this.#cancel = cancel;
  }

  /** Events that were not read in time. */
  get dropped(): number {
    return this.#events.dropped;
  }

  /**
   * Instead of a loop: calls with each event as it comes, at less cost where there are many. Whoever is called can't let
   * events wait. Resolves when the listener ends; rejects with its error, or with what `onEvent` throws, which ends it.
   */
  forEach(onEvent: (event: ListenEvent<T>) => void): Promise<void> {
    return this.#events.forEach(onEvent);
  }

  [Symbol.asyncIterator](): AsyncIterator<ListenEvent<T>, undefined> {
    return this.#events;
  }

  /** Stops listening. What waits can still be read, then the loop ends. */
  cancel(): void {
    this.#cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancel();
  }
}
