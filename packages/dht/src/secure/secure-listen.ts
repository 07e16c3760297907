import type { InfoHash } from "../id/index.ts";
import type { DhtNode, ListenOptions, Operation } from "../node/index.ts";
import type { Value } from "../value/index.ts";
import type { Reading } from "./reading.ts";

type OpenReading = (deliver: (values: readonly Value[], expired: boolean) => void) => Reading;

/** A listen whose values are checked and decrypted, those that expire like those that appear. */
export class SecureListen implements Operation {
  readonly #options: ListenOptions;
  readonly #reading: Reading;
  #inner: Operation | undefined;

  constructor(options: ListenOptions, openReading: OpenReading) {
    this.#options = options;
    this.#reading = openReading((values, expired) => this.#deliver(values, expired));
  }

  start(node: DhtNode, key: InfoHash): this {
    this.#inner = node.listen(key, {
      where: this.#options.where,
      onValues: (values, expired) => {
        this.#reading.push(values, expired);
        return !this.#reading.isOver;
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
    const { filter, onValues } = this.#options;
    const wanted = filter === undefined ? values : values.filter(filter);
    if (wanted.length > 0 && onValues.call(this.#options, wanted, expired) === false) this.cancel();
  }
}
