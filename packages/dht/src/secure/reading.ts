import type { Value } from "../value/index.ts";
import type { Admission } from "./admission.ts";
import type { UndecidedBudget } from "./undecided-budget.ts";

interface Batch {
  readonly values: readonly Value[];
  readonly expired: boolean;
  /** What of it may be shown, as far as that is known. */
  readonly admitted: Value[];
  next: number;
}

/**
 * The values of one get or listen on their way to the user: in the order in which they came, each decided on before the
 * next. Plain values pass at once, unless others wait before them.
 */
export class Reading {
  readonly #admission: Admission;
  readonly #budget: UndecidedBudget;
  readonly #deliver: (values: readonly Value[], expired: boolean) => void;
  readonly #waiting: Batch[] = [];
  #onEnd: (() => void) | undefined;
  #isBusy = false;
  #isOver = false;

  constructor(
    admission: Admission,
    budget: UndecidedBudget,
    deliver: (values: readonly Value[], expired: boolean) => void,
  ) {
    this.#admission = admission;
    this.#budget = budget;
    this.#deliver = deliver;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  push(values: readonly Value[], expired: boolean): void {
    if (this.#isOver) return;
    if (this.#waiting.length === 0 && values.every((value) => this.#admission.isPlain(value))) {
      this.#deliver(values, expired);
      return;
    }
    const taken = values.filter((value) => this.#budget.take(value));
    for (let left = values.length - taken.length; left > 0; left--) this.#admission.countUnchecked();
    this.#waiting.push({ values: taken, expired, admitted: [], next: 0 });
    this.#decide();
  }

  /** Nothing more will come: calls `onEnd` after the last delivery. */
  end(onEnd: () => void): void {
    if (this.#isOver) return;
    this.#onEnd = onEnd;
    this.#decide();
  }

  /** Delivers nothing any more. */
  close(): void {
    this.#isOver = true;
    for (const { values, next } of this.#waiting.splice(0))
      for (const value of values.slice(next)) this.#budget.give(value);
  }

  /** Decides on one value after the other until one needs time. */
  #decide(): void {
    while (!this.#isBusy && !this.#isOver) {
      const batch = this.#waiting[0];
      const value = batch?.values[batch.next];
      if (batch === undefined) return this.#finish();
      if (value === undefined) {
        this.#waiting.shift();
        if (batch.admitted.length > 0) this.#deliver(batch.admitted, batch.expired);
        continue;
      }
      this.#isBusy = true;
      let isAtOnce = true;
      this.#admission.admit(value, (admitted) => {
        this.#isBusy = false;
        if (this.#isOver) return;
        batch.next++;
        this.#budget.give(value);
        if (admitted !== undefined) batch.admitted.push(admitted);
        if (!isAtOnce) this.#decide();
      });
      isAtOnce = false;
    }
  }

  #finish(): void {
    if (this.#onEnd === undefined) return;
    this.#isOver = true;
    this.#onEnd();
  }
}
