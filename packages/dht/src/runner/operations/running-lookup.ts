import { DhtError } from "../../errors/index.ts";
import type { Operation } from "../../node/index.ts";
import type { SecureOperations } from "../../secure/index.ts";
import type { NodeEntry } from "../../wire/index.ts";
import { AsyncQueue } from "./async-queue.ts";
import type { OngoingOperation, OngoingOperations } from "./ongoing-operations.ts";
import { type LookupResult, ResultStream, type ResultStreamOptions } from "./result-stream.ts";

/** Results that a slow reader may leave waiting; the oldest give way then (`dropped` counts them). */
export const MAX_BUFFERED_RESULTS = 65_536;

/** What the engine calls while a lookup runs. */
export interface LookupSink<T> {
  readonly onResult: (result: T) => void;
  readonly onDone: (end: { ok: boolean; nodes: readonly NodeEntry[] }) => void;
}

/** A get or query from call to outcome; `stream` is what the user sees of it. */
export class RunningLookup<T> implements OngoingOperation {
  readonly stream: ResultStream<T>;
  readonly #settled = Promise.withResolvers<LookupResult>();
  readonly #queue: AsyncQueue<T>;
  readonly #owner: OngoingOperations;
  readonly #begin: (dht: SecureOperations, sink: LookupSink<T>) => Operation;
  readonly #options: ResultStreamOptions;
  readonly #onAbort = () => this.#finish(false, [], this.#options.signal?.reason);
  #operation: Operation | undefined;
  #isOver = false;

  constructor(
    owner: OngoingOperations,
    options: ResultStreamOptions,
    begin: (dht: SecureOperations, sink: LookupSink<T>) => Operation,
  ) {
    this.#owner = owner;
    this.#options = options;
    this.#begin = begin;
    const cancel = () => this.#finish(true, []);
    this.#queue = new AsyncQueue(MAX_BUFFERED_RESULTS, cancel);
    this.stream = new ResultStream(this.#queue, this.#settled.promise, cancel);
    if (options.signal?.aborted) this.#onAbort();
    else options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  start(dht: SecureOperations): void {
    if (this.#isOver) return;
    const operation = this.#begin(dht, {
      onResult: (result) => this.#queue.push(result),
      onDone: ({ ok, nodes }) => this.#finish(ok, nodes),
    });
    if (this.#isOver) operation.cancel();
    else this.#operation = operation;
  }

  fail(): void {
    this.#finish(false, []);
  }

  #finish(ok: boolean, nodes: readonly NodeEntry[], error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#operation?.cancel();
    this.#operation = undefined;
    this.#owner.remove(this);
    this.#queue.end(error ?? (ok || !this.#options.throwOnFailure ? undefined : lookupFailed()));
    this.#settled.resolve({ ok, nodes, dropped: this.#queue.dropped });
  }
}

function lookupFailed(): DhtError {
  return new DhtError(
    "ERR_LOOKUP_FAILED",
    "no node could be asked: is this node connected? bootstrap() from one that is",
  );
}
