import type { Operation } from "../../node/index.ts";
import type { SecureOperations } from "../../secure/index.ts";
import { raceAbort } from "../abort.ts";
import type { OngoingOperation, OngoingOperations } from "./ongoing-operations.ts";

/** A question to the engine that has one answer; undefined where it fails. */
export class PendingAnswer<T> implements OngoingOperation {
  readonly #settled = Promise.withResolvers<T | undefined>();
  readonly #owner: OngoingOperations;
  readonly #begin: (dht: SecureOperations, onDone: (answer: T | undefined) => void) => Operation;
  #operation: Operation | undefined;

  constructor(
    owner: OngoingOperations,
    begin: (dht: SecureOperations, onDone: (answer: T | undefined) => void) => Operation,
  ) {
    this.#owner = owner;
    this.#begin = begin;
  }

  /** Rejects with the signal's reason when that comes first; the question is dropped then. */
  async answer(signal: AbortSignal | undefined): Promise<T | undefined> {
    try {
      return await raceAbort(this.#settled.promise, signal);
    } finally {
      this.fail();
    }
  }

  start(dht: SecureOperations): void {
    this.#operation = this.#begin(dht, (answer) => this.#finish(answer));
  }

  fail(): void {
    this.#operation?.cancel();
    this.#finish(undefined);
  }

  #finish(answer: T | undefined): void {
    this.#owner.remove(this);
    this.#settled.resolve(answer);
  }
}
