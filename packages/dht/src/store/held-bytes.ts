import type { Value } from "../value/index.ts";

/**
 * What a value counts against the limits of a store. OpenDHT leaves the owner's key out, which may be as large as all the
 * rest; here nobody gets memory for nothing.
 */
export function heldBytes(value: Value): number {
  return value.size + (value.owner?.length ?? 0);
}
