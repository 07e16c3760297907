/**
 * What can be stored. The network knows five types: text, bytes, booleans, integers of 64 bits and floats; a value comes
 * back with the type with which it was stored.
 *
 * A number without a fraction is an integer as long as it is exact (below 2^53); larger integers are bigints. Any other
 * number is a float. A float that has no fraction is told apart from an integer by `Float`.
 */
export type Value = string | Uint8Array | boolean | number | bigint | Float;

/** A floating-point number even where it has no fraction: Python's `1.0`, which is not `1`. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** So that arithmetic with it simply works. */
  valueOf(): number {
    return this.value;
  }

  /** The usual face of a float that was read: plain, unless a plain number would be taken for an integer. */
  static unwrapped(value: number): number | Float {
    return isWrittenAsInteger(value) ? new Float(value) : value;
  }
}

/** Whether a plain number goes to the wire as an integer. −0 does not: integers have no negative zero. */
export function isWrittenAsInteger(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}
