import { DhtError } from "../errors/index.ts";
import type { InfoHash } from "../id/index.ts";
import { NOT_ANNOUNCED, type NodeOperations, type Operation, type PutOperation } from "../node/index.ts";
import type { Value } from "../value/index.ts";
import type { SecurePutOptions } from "./put-options.ts";

/** A put of which the value is made first: signed or encrypted, after something was looked up in the network. */
export abstract class SealedPut implements PutOperation {
  readonly id: bigint;
  protected readonly node: NodeOperations;
  protected readonly key: InfoHash;
  readonly #options: SecurePutOptions;
  /** What is under way: the look-up, then the put. */
  #current: Operation | undefined;
  #isOver = false;

  constructor(node: NodeOperations, key: InfoHash, id: bigint, options: SecurePutOptions) {
    this.node = node;
    this.key = key;
    this.id = id;
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  cancel(): void {
    this.#current?.cancel();
    this.fail();
  }

  /** Keeps the look-up that comes first, to be cancelled with the put. */
  protected lookUp(start: () => Operation): void {
    const operation = start();
    // It may be over already, and the put begun.
    this.#current ??= operation;
  }

  protected put(value: Value | Error): void {
    if (this.#isOver) return;
    if (value instanceof Error) return this.fail(value);
    const { permanent, created, urgent } = this.#options;
    this.#current = this.node.put(this.key, value, {
      permanent,
      created,
      urgent,
      onDone: (outcome) => {
        if (this.#isOver) return;
        this.#isOver = true;
        this.#options.onDone?.({ ...outcome, value });
      },
    });
  }

  protected fail(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.node.callUser(() => this.#options.onDone?.({ ...NOT_ANNOUNCED, error: error && toDhtError(error) }));
  }
}

function toDhtError(error: Error): DhtError {
  if (error instanceof DhtError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "ERR_CRYPTO";
  return new DhtError(code, error.message, { cause: error });
}
