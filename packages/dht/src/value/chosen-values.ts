import type { Value } from "./value.ts";

/** What becomes of values that are new, or have been edited, for a listener that chooses. */
export interface Choice {
  readonly shown: readonly Value[];
  /** Shown before as they were then, and no longer fitting as they are now. */
  readonly gone: readonly Value[];
  readonly unfit: readonly Value[];
}

/**
 * The values that a listener who chooses has been shown. An edit may take a value out of the choice: then it is gone for that
 * listener, whom nobody would tell of its end, as it doesn't fit any more.
 */
export class ChosenValues {
  readonly #fits: (value: Value) => boolean;
  readonly #shown = new Set<bigint>();

  constructor(fits: (value: Value) => boolean) {
    this.#fits = fits;
  }

  has(id: bigint): boolean {
    return this.#shown.has(id);
  }

  choose(values: readonly Value[]): Choice {
    const shown: Value[] = [];
    const gone: Value[] = [];
    const unfit: Value[] = [];
    for (const value of values) {
      if (this.#fits(value)) {
        this.#shown.add(value.id);
        shown.push(value);
      } else if (this.#shown.delete(value.id)) gone.push(value);
      else unfit.push(value);
    }
    return { shown, gone, unfit };
  }

  /** Of values that are no more, those that the listener has to be told of. */
  lose(values: readonly Value[]): readonly Value[] {
    return values.filter(({ id }) => this.#shown.delete(id));
  }
}
