import { DhtError } from "../errors/index.ts";
import type { Operation } from "../node/index.ts";
import type { SecureNode } from "../secure/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import { AsyncQueue } from "./async-queue.ts";
import type { OngoingOperation, OngoingOperations } from "./ongoing-operations.ts";

/** Results that a slow reader may leave waiting; the oldest give way then (`dropped` counts them). */
export const MAX_BUFFERED_RESULTS = 65_536;

/** How a get or a query ended. */
export interface LookupResult {
  /** The nodes closest to the key were asked and answered, whether or not they had something. */
  readonly ok: boolean;
  /** The nodes asked, of both families, nearest first. */
  readonly nodes: readonly NodeEntry[];
  /** Results that were not read in time (more than MAX_BUFFERED_RESULTS waited). */
  readonly dropped: number;
}

/** How a lookup is read and ended. */
export interface ResultStreamOptions {
  /** Its abort stops the lookup; the loop throws its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Throw a DhtError (`ERR_LOOKUP_FAILED`) at the end of the loop when no node could be asked. Default: end normally. */
  readonly throwOnFailure?: boolean | undefined;
}

/** What the engine calls while a lookup runs. */
export interface LookupSink<T> {
  readonly onResult: (result: T) => void;
  readonly onDone: (end: { ok: boolean; nodes: readonly NodeEntry[] }) => void;
}

/**
 * The results of a get or query as they arrive: `for await` over it. Leaving the loop stops the lookup; `done` tells how
 * it ended. An abort makes the loop throw the signal's reason.
 */
export class ResultStream<T> implements AsyncIterable<T>, OngoingOperation {
  /** How the lookup ended. Never rejects; an abort counts as `ok: false`. */
  readonly done: Promise<LookupResult>;
  readonly #settled = Promise.withResolvers<LookupResult>();
  readonly #queue: AsyncQueue<T>;
  readonly #owner: OngoingOperations;
  readonly #begin: (dht: SecureNode, sink: LookupSink<T>) => Operation;
  readonly #options: ResultStreamOptions;
  readonly #onAbort = () => this.#finish(false, [], this.#options.signal?.reason);
  #operation: Operation | undefined;
  #isOver = false;

  constructor(
    owner: OngoingOperations,
    options: ResultStreamOptions,
    begin: (dht: SecureNode, sink: LookupSink<T>) => Operation,
  ) {
    this.#owner = owner;
    this.#options = options;
    this.#begin = begin;
    this.#queue = new AsyncQueue(MAX_BUFFERED_RESULTS, () => this.cancel());
    this.done = this.#settled.promise;
    if (options.signal?.aborted) this.#onAbort();
    else options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.#queue;
  }

  /** Stops asking: what has arrived counts as the outcome. */
  cancel(): void {
    this.#finish(true, []);
  }

  start(dht: SecureNode): void {
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
