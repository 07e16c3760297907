import type { Value } from "./value.ts";

/**
 * What a value counts against limits on what is held. OpenDHT leaves the owner's key out, which may be as large as all the
 * rest; here nobody gets memory for nothing.
 */
export function heldBytes(value: Value): number {
  return value.size + (value.owner?.length ?? 0);
}
