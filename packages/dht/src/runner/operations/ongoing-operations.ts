import type { SecureOperations } from "../../secure/index.ts";

/** Most operations that may wait for the outcome of a bootstrap; one more fails at once. */
export const MAX_WAITING_OPERATIONS = 65_536;

/** What the user started and is not over yet. */
export interface OngoingOperation {
  /** Hands it to the engine. Called once, at the latest when the bootstrap has come to an outcome. */
  start(dht: SecureOperations): void;
  /** Ends it as failed. Harmless when it is over. */
  fail(): void;
}

/**
 * The operations of one run, from call to outcome.
 *
 * While the node is connecting they wait here, because a search that starts with an empty routing table fails at once
 * (node document §17).
 */
export class OngoingOperations {
  #all = new Set<OngoingOperation>();
  readonly #waiting = new Set<OngoingOperation>();
  #idle: PromiseWithResolvers<void> | undefined;

  get size(): number {
    return this.#all.size;
  }

  /** @param dht the engine, or undefined to let the operation wait */
  add(operation: OngoingOperation, dht: SecureOperations | undefined): void {
    if (!dht && this.#waiting.size >= MAX_WAITING_OPERATIONS) {
      operation.fail();
      return;
    }
    this.#all.add(operation);
    if (dht) operation.start(dht);
    else this.#waiting.add(operation);
  }

  /** The operation is over, or is of a kind that nobody waits for any more. */
  remove(operation: OngoingOperation): void {
    this.#waiting.delete(operation);
    this.#all.delete(operation);
    if (this.#all.size > 0) return;
    this.#all = new Set(); // one that has got old keeps all that ever was in it until the next full collection
    this.#idle?.resolve();
  }

  startWaiting(dht: SecureOperations): void {
    for (const operation of this.#waiting) {
      this.#waiting.delete(operation);
      operation.start(dht);
    }
  }

  failAll(): void {
    for (const operation of [...this.#all]) operation.fail();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#all.size > 0) {
      this.#idle ??= Promise.withResolvers();
      await this.#idle.promise;
      this.#idle = undefined;
    }
  }
}
