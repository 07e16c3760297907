import type { InfoHash } from "../id/index.ts";
import type { ListenOptions, NodeOperations, Operation } from "../node/index.ts";
import type { Value } from "../value/index.ts";
import type { Reading } from "./reading.ts";

type OpenReading = (deliver: (values: readonly Value[], expired: boolean) => void) => Reading;

/** A listen whose values are checked and decrypted, those that expire like those that appear. */
export class SecureListen implements Operation {
  readonly #node: NodeOperations;
  readonly #options: ListenOptions;
  readonly #reading: Reading;
  #inner: Operation | undefined;

  constructor(node: NodeOperations, options: ListenOptions, openReading: OpenReading) {
    this.#node = node;
    this.#options = options;
    this.#reading = openReading((values, expired) => this.#deliver(values, expired));
  }

  start(key: InfoHash): this {
    this.#inner = this.#node.listen(key, {
      where: this.#options.where,
      urgent: this.#options.urgent,
      onValues: (values, expired) => {
        this.#reading.push(values, expired);
        return !this.#reading.isOver;
      },
      onError: (error) => {
        this.#reading.close();
        this.#options.onError?.(error);
      },
    });
    if (this.#reading.isOver) this.#inner.cancel();
    return this;
  }

  cancel(): void {
    this.#reading.close();
    this.#inner?.cancel();
  }

  #deliver(values: readonly Value[], expired: boolean): void {
    const { filter } = this.#options;
    const isWanted = (value: Value) => filter === undefined || (this.#node.callUser(() => filter(value)) ?? false);
    const wanted = values.filter(isWanted);
    if (wanted.length === 0) return;
    if (this.#node.callUser(() => this.#options.onValues(wanted, expired)) === false) this.cancel();
  }
}
