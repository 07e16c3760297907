import type { InfoHash } from "../id/index.ts";
import type { DhtNode, GetOptions, Operation } from "../node/index.ts";
import type { Value } from "../value/index.ts";
import type { Reading } from "./reading.ts";

type OpenReading = (deliver: (values: readonly Value[], expired: boolean) => void) => Reading;

/** A get whose values are checked and decrypted; the filter sees what comes out of that. */
export class SecureGet implements Operation {
  readonly #options: GetOptions;
  readonly #reading: Reading;
  #inner: Operation | undefined;

  constructor(options: GetOptions, openReading: OpenReading) {
    this.#options = options;
    this.#reading = openReading((values) => this.#deliver(values));
  }

  start(node: DhtNode, key: InfoHash): this {
    this.#inner = node.get(key, {
      where: this.#options.where,
      onValues: (values) => {
        this.#reading.push(values, false);
        return !this.#reading.isOver;
      },
      onDone: (outcome) => this.#reading.end(() => this.#options.onDone(outcome)),
    });
    if (this.#reading.isOver) this.#inner.cancel();
    return this;
  }

  cancel(): void {
    this.#reading.close();
    this.#inner?.cancel();
  }

  #deliver(values: readonly Value[]): void {
    const { filter, onValues, onDone } = this.#options;
    const wanted = filter === undefined ? values : values.filter(filter);
    if (wanted.length === 0 || onValues.call(this.#options, wanted) !== false) return;
    this.cancel();
    onDone.call(this.#options, { ok: true, nodes: [] });
  }
}
