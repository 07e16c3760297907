import type { Value } from "../value/index.ts";

/** Somebody on this node who hears of the values stored here under a key. */
export interface LocalListener {
  /** New or edited values, or (`expired`) those that have just gone. */
  onValues(values: readonly Value[], expired: boolean): void;
}

export function tellLocalListeners(
  listeners: readonly LocalListener[],
  values: readonly Value[],
  expired: boolean,
): void {
  // The array is never changed, only replaced: a listener may cancel itself or others meanwhile.
  for (const listener of listeners) listener.onValues(values, expired);
}
