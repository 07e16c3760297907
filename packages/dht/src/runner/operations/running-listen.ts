import type { DhtError } from "../../errors/index.ts";
import type { Operation } from "../../node/index.ts";
import type { SecureOperations } from "../../secure/index.ts";
import { AsyncQueue } from "./async-queue.ts";
import { DEFAULT_MAX_QUEUE, type ListenEvent, Listener, type ListenerOptions } from "./listener.ts";
import type { OngoingOperation } from "./ongoing-operations.ts";

/** A listen from call to end; `listener` is what the user sees of it. */
export class RunningListen<T> implements OngoingOperation {
  readonly listener: Listener<T>;
  readonly #started = Promise.withResolvers<void>();
  readonly #queue: AsyncQueue<ListenEvent<T>>;
  readonly #begin: (dht: SecureOperations, emit: (value: T, expired: boolean) => void) => Operation;
  readonly #signal: AbortSignal | undefined;
  readonly #onEnd: (listen: RunningListen<T>) => void;
  readonly #cancel = () => this.fail();
  #operation: Operation | undefined;
  #isOver = false;

  constructor(
    { signal, maxQueue = DEFAULT_MAX_QUEUE }: ListenerOptions,
    begin: (dht: SecureOperations, emit: (value: T, expired: boolean) => void) => Operation,
    onEnd: (listen: RunningListen<T>) => void,
    isSame: (a: T, b: T) => boolean,
  ) {
    this.#begin = begin;
    this.#onEnd = onEnd;
    this.#signal = signal;
    this.#queue = new AsyncQueue(maxQueue, this.#cancel, (waiting, event) => cancelOut(waiting, event, isSame));
    this.listener = new Listener(this.#queue, this.#started.promise, this.#cancel);
    if (signal?.aborted) this.#cancel();
    else signal?.addEventListener("abort", this.#cancel, { once: true });
  }

  start(dht: SecureOperations): void {
    if (this.#isOver) return;
    this.#operation = this.#begin(dht, (value, expired) => this.#queue.push({ value, expired }));
    this.#started.resolve();
  }

  /** @param error why it is over, if that is not what was asked for: its reader gets it after what still waits */
  fail(error?: DhtError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal?.removeEventListener("abort", this.#cancel);
    this.#operation?.cancel();
    this.#operation = undefined;
    this.#started.resolve();
    this.#queue.end(error);
    this.#onEnd(this);
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
