import type { PutOperation, PutOutcome } from "../node/index.ts";
import type { SecureNode, SecurePutOutcome } from "../secure/index.ts";
import type { Value } from "../value/index.ts";
import type { OngoingOperation, OngoingOperations } from "./ongoing-operations.ts";

/** How a put ended. A network that doesn't take the value is a result (`ok: false`), not an exception. */
export type PutResult = PutOutcome & {
  /** What was put, with its id; signed or encrypted, if that was asked. */
  readonly value: Value;
};

/** How long a put is watched over. */
export interface PutTerms {
  readonly signal: AbortSignal | undefined;
  /** It goes on after it has come to its outcome, and so can be aborted after that. */
  readonly isPermanent: boolean;
}

/**
 * A put under way: `await` it for its PutResult. A permanent put goes on re-announcing after that, until
 * `cancel()`, an abort of its signal, or `cancelPut`.
 *
 * Aborting a put that isn't over rejects with the signal's reason.
 */
export class PutHandle implements PromiseLike<PutResult>, OngoingOperation {
  /** What was given to be put, with its id. */
  readonly value: Value;
  readonly #settled = Promise.withResolvers<PutResult>();
  readonly #owner: OngoingOperations;
  readonly #begin: (dht: SecureNode, onDone: (outcome: SecurePutOutcome) => void) => PutOperation;
  readonly #signal: AbortSignal | undefined;
  readonly #isPermanent: boolean;
  readonly #onAbort = () => this.#abort();
  #operation: PutOperation | undefined;
  #isOver = false;

  constructor(
    owner: OngoingOperations,
    value: Value,
    { signal, isPermanent }: PutTerms,
    begin: (dht: SecureNode, onDone: (outcome: SecurePutOutcome) => void) => PutOperation,
  ) {
    this.#owner = owner;
    this.value = value;
    this.#signal = signal;
    this.#isPermanent = isPermanent;
    this.#begin = begin;
    this.#settled.promise.catch(() => {}); // an abort is no news to those who never awaited the put
    if (signal?.aborted) this.#abort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  // biome-ignore lint/suspicious/noThenProperty: a put is awaited by most, and kept as a handle by those who cancel it
  then<A = PutResult, B = never>(
    onFulfilled?: ((result: PutResult) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#settled.promise.then(onFulfilled, onRejected);
  }

  /** Stops announcing; a put that isn't over ends with `ok: false`. Copies on other nodes live until they expire. */
  cancel(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#operation?.cancel();
    this.#operation = undefined;
    this.fail();
  }

  start(dht: SecureNode): void {
    if (this.#isOver) return;
    const operation = this.#begin(dht, (outcome) => this.#finish(outcome));
    if (this.#signal?.aborted) operation.cancel();
    else this.#operation = operation;
  }

  fail(): void {
    this.#finish({ ok: false, nodes: [], asked: 0, acknowledged: 0, refused: 0 });
  }

  #abort(): void {
    if (!this.#isOver) this.#settled.reject(this.#signal?.reason);
    this.cancel();
  }

  #finish(outcome: SecurePutOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#isPermanent) this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#owner.remove(this);
    this.#settled.resolve({ ...outcome, value: outcome.value ?? this.value });
  }
}
