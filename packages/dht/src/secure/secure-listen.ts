import type { InfoHash } from "../id/index.ts";
import type { ListenOptions, NodeOperations, Operation } from "../node/index.ts";
import { ChosenValues, type Value } from "../value/index.ts";
import type { Reading } from "./reading.ts";

type OpenReading = (deliver: (values: readonly Value[], expired: boolean) => void) => Reading;

/** A listen whose values are checked and decrypted, those that expire like those that appear. */
export class SecureListen implements Operation {
  readonly #node: NodeOperations;
  readonly #options: ListenOptions;
  readonly #reading: Reading;
  /** Undefined where every value is wanted. */
  readonly #chosen: ChosenValues | undefined;
  #inner: Operation | undefined;
  #isOver = false;

  constructor(node: NodeOperations, options: ListenOptions, openReading: OpenReading) {
    this.#node = node;
    this.#options = options;
    const { filter } = options;
    if (filter) this.#chosen = new ChosenValues((value) => node.callUser(() => filter(value)) ?? false);
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
    this.#isOver = true;
    this.#reading.close();
    this.#inner?.cancel();
  }

  #deliver(values: readonly Value[], expired: boolean): void {
    const chosen = this.#chosen;
    if (chosen === undefined) return this.#tell(values, expired);
    if (expired) return this.#tell(chosen.lose(values), true);
    const { shown, gone } = chosen.choose(values);
    this.#tell(shown, false);
    this.#tell(gone, true);
  }

  #tell(values: readonly Value[], expired: boolean): void {
    if (values.length === 0 || this.#isOver) return;
    if (this.#node.callUser(() => this.#options.onValues(values, expired)) === false) this.cancel();
  }
}
