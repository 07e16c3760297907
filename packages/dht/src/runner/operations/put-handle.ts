import type { PutOutcome } from "../../node/index.ts";
import type { Value } from "../../value/index.ts";

/** How a put ended. A network that doesn't take the value is a result (`ok: false`), not an exception. */
export type PutResult = PutOutcome & {
  /** What was put, with its id; signed or encrypted, if that was asked. */
  readonly value: Value;
};

/**
 * A put under way: `await` it for its PutResult. A permanent put goes on re-announcing after that, until
 * `cancel()`, an abort of its signal, or `cancelPut`.
 *
 * Aborting a put that isn't over rejects with the signal's reason.
 */
export class PutHandle implements PromiseLike<PutResult> {
  /** What was given to be put, with its id. */
  readonly value: Value;
  readonly #result: Promise<PutResult>;
  readonly #cancel: () => void;

  constructor(value: Value, result: Promise<PutResult>, cancel: () => void) {
    this.value = value;
    this.#result = result;
    this.#cancel = cancel;
  }

  // biome-ignore lint/suspicious/noThenProperty: a put is awaited by most, and kept as a handle by those who cancel it
  then<A = PutResult, B = never>(
    onFulfilled?: ((result: PutResult) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onFulfilled, onRejected);
  }

  /** Stops announcing; a put that isn't over ends with `ok: false`. Copies on other nodes live until they expire. */
  cancel(): void {
    this.#cancel();
  }
}
