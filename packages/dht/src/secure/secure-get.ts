import type { InfoHash } from "../id/index.ts";
import type { GetOptions, LookupOutcome, NodeOperations, Operation } from "../node/index.ts";
import type { Value } from "../value/index.ts";
import type { Reading } from "./reading.ts";

type OpenReading = (deliver: (values: readonly Value[], expired: boolean) => void) => Reading;

/** A get whose values are checked and decrypted; the filter sees what comes out of that. */
export class SecureGet implements Operation {
  readonly #node: NodeOperations;
  readonly #options: GetOptions;
  readonly #reading: Reading;
  #inner: Operation | undefined;

  constructor(node: NodeOperations, options: GetOptions, openReading: OpenReading) {
    this.#node = node;
    this.#options = options;
    this.#reading = openReading((values) => this.#deliver(values));
  }

  start(key: InfoHash): this {
    this.#inner = this.#node.get(key, {
      where: this.#options.where,
      onValues: (values) => {
        this.#reading.push(values, false);
        return !this.#reading.isOver;
      },
      onDone: (outcome) => this.#reading.end(() => this.#finish(outcome)),
    });
    if (this.#reading.isOver) this.#inner.cancel();
    return this;
  }

  cancel(): void {
    this.#reading.close();
    this.#inner?.cancel();
  }

  #deliver(values: readonly Value[]): void {
    const { filter } = this.#options;
    const isWanted = (value: Value) => filter === undefined || (this.#node.callUser(() => filter(value)) ?? false);
    const wanted = values.filter(isWanted);
    if (wanted.length === 0 || this.#node.callUser(() => this.#options.onValues(wanted)) !== false) return;
    this.cancel();
    this.#finish({ ok: true, nodes: [] });
  }

  #finish(outcome: LookupOutcome): void {
    this.#node.callUser(() => this.#options.onDone(outcome));
  }
}
