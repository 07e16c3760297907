import type { Operation } from "../node/index.ts";
import type { SecureNode } from "../secure/index.ts";
import { AsyncQueue } from "./async-queue.ts";
import type { OngoingOperation } from "./ongoing-operations.ts";

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
 * by an abort of its signal, or with the node (values then known are reported expired first).
 */
export class Listener<T> implements AsyncIterable<ListenEvent<T>>, AsyncDisposable, OngoingOperation {
  /** Resolves when the node has begun to listen. */
  readonly ready: Promise<void>;
  readonly #started = Promise.withResolvers<void>();
  readonly #queue: AsyncQueue<ListenEvent<T>>;
  readonly #begin: (dht: SecureNode, emit: (value: T, expired: boolean) => void) => Operation;
  readonly #signal: AbortSignal | undefined;
  readonly #onEnd: (listener: Listener<T>) => void;
  readonly #onAbort = () => this.cancel();
  #operation: Operation | undefined;
  #isOver = false;

  constructor(
    options: ListenerOptions,
    begin: (dht: SecureNode, emit: (value: T, expired: boolean) => void) => Operation,
    onEnd: (listener: Listener<T>) => void,
    isSame: (a: T, b: T) => boolean,
  ) {
    this.#begin = begin;
    this.#onEnd = onEnd;
    this.#signal = options.signal;
    this.#queue = new AsyncQueue(
      options.maxQueue ?? DEFAULT_MAX_QUEUE,
      () => this.cancel(),
      (waiting, event) => cancelOut(waiting, event, isSame),
    );
    this.ready = this.#started.promise;
    if (this.#signal?.aborted) this.cancel();
    else this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Events that were not read in time. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  [Symbol.asyncIterator](): AsyncIterator<ListenEvent<T>, undefined> {
    return this.#queue;
  }

  start(dht: SecureNode): void {
    if (this.#isOver) return;
    this.#operation = this.#begin(dht, (value, expired) => this.#queue.push({ value, expired }));
    this.#started.resolve();
  }

  /** Stops listening. What waits can still be read, then the loop ends. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#operation?.cancel();
    this.#operation = undefined;
    this.#started.resolve();
    this.#queue.end();
    this.#onEnd(this);
  }

  fail(): void {
    this.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
  }
}

/** The appearance that waits and the expiry that arrives are, together, nothing. */
function cancelOut<T>(waiting: ListenEvent<T>[], event: ListenEvent<T>, isSame: (a: T, b: T) => boolean): boolean {
  if (!event.expired) return false;
  const index = waiting.findIndex((earlier) => !earlier.expired && isSame(earlier.value, event.value));
  if (index < 0) return false;
  waiting.splice(index, 1);
  return true;
}
