import type { PutOperation } from "../../node/index.ts";
import type { SecureOperations, SecurePutOutcome } from "../../secure/index.ts";
import type { Value } from "../../value/index.ts";
import type { OngoingOperation, OngoingOperations } from "./ongoing-operations.ts";
import { PutHandle, type PutResult } from "./put-handle.ts";

/** How long a put is watched over. */
export interface PutTerms {
  readonly signal: AbortSignal | undefined;
  /** It goes on after it has come to its outcome, and so can be aborted after that. */
  readonly isPermanent: boolean;
}

/** A put from call to outcome, or for as long as it lasts; `handle` is what the user sees of it. */
export class RunningPut implements OngoingOperation {
  readonly handle: PutHandle;
  readonly #settled = Promise.withResolvers<PutResult>();
  readonly #owner: OngoingOperations;
  readonly #begin: (dht: SecureOperations, onDone: (outcome: SecurePutOutcome) => void) => PutOperation;
  readonly #signal: AbortSignal | undefined;
  readonly #isPermanent: boolean;
  readonly #onAbort = () => this.#abort();
  #operation: PutOperation | undefined;
  #isOver = false;

  constructor(
    owner: OngoingOperations,
    value: Value,
    { signal, isPermanent }: PutTerms,
    begin: (dht: SecureOperations, onDone: (outcome: SecurePutOutcome) => void) => PutOperation,
  ) {
    this.#owner = owner;
    this.handle = new PutHandle(value, this.#settled.promise, () => this.#cancel());
    this.#signal = signal;
    this.#isPermanent = isPermanent;
    this.#begin = begin;
    this.#settled.promise.catch(() => {}); // an abort is no news to those who never awaited the put
    if (signal?.aborted) this.#abort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  start(dht: SecureOperations): void {
    if (this.#isOver) return;
    const operation = this.#begin(dht, (outcome) => this.#finish(outcome));
    if (this.#signal?.aborted) operation.cancel();
    else this.#operation = operation;
  }

  fail(): void {
    this.#finish({ ok: false, nodes: [], asked: 0, acknowledged: 0, refused: 0 });
  }

  #cancel(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#operation?.cancel();
    this.#operation = undefined;
    this.fail();
  }

  #abort(): void {
    if (!this.#isOver) this.#settled.reject(this.#signal?.reason);
    this.#cancel();
  }

  #finish(outcome: SecurePutOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#isPermanent) this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#owner.remove(this);
    this.#settled.resolve({ ...outcome, value: outcome.value ?? this.handle.value });
  }
}
