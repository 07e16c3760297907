import type { Value } from "../value/index.ts";

/** Values found, of all gets and listens, that may wait for their check. */
export const MAX_UNDECIDED_VALUES = 65_536;
/** Their size in all. */
export const MAX_UNDECIDED_BYTES = 64 * 1024 * 1024;

/** Room for values whose signature or cypher is yet to be looked at; one for a node. */
export class UndecidedBudget {
  #values = 0;
  #bytes = 0;

  /** False when there is no room. */
  take(value: Value): boolean {
    const { size } = value;
    if (this.#values >= MAX_UNDECIDED_VALUES || this.#bytes + size > MAX_UNDECIDED_BYTES) return false;
    this.#values++;
    this.#bytes += size;
    return true;
  }

  give(value: Value): void {
    this.#values--;
    this.#bytes -= value.size;
  }
}
