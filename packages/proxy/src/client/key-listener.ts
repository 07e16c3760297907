import { ChosenValues, type NodeListenOptions, type Value } from "@hashmere/dht/engine";

/** One of those who listen at a key. */
export class KeyListener {
  readonly #options: NodeListenOptions;
  readonly #callUser: <T>(callback: () => T) => T | undefined;
  /** Undefined where every value is wanted. */
  readonly #chosen: ChosenValues | undefined;
  #isOver = false;

  constructor(options: NodeListenOptions, callUser: <T>(callback: () => T) => T | undefined) {
    const { where, filter } = options;
    this.#options = options;
    this.#callUser = callUser;
    if (!where && !filter) return;
    this.#chosen = new ChosenValues(
      (value) => (where?.matches(value) ?? true) && (!filter || (callUser(() => filter(value)) ?? false)),
    );
  }

  /** Which of these values it has been shown. */
  shownOf(values: readonly Value[]): readonly Value[] {
    const chosen = this.#chosen;
    return chosen === undefined ? values : values.filter(({ id }) => chosen.has(id));
  }

  /** False when it wants to hear no more. */
  tell(values: readonly Value[], expired: boolean): boolean {
    const chosen = this.#chosen;
    if (chosen === undefined) return this.#hand(values, expired);
    if (expired) return this.#hand(chosen.lose(values), true);
    const { shown, gone } = chosen.choose(values);
    return this.#hand(shown, false) && this.#hand(gone, true);
  }

  /** It hears nothing any more. */
  end(): void {
    this.#isOver = true;
  }

  #hand(values: readonly Value[], expired: boolean): boolean {
    if (this.#isOver) return false;
    return values.length === 0 || this.#callUser(() => this.#options.onValues(values, expired)) !== false;
  }
}
