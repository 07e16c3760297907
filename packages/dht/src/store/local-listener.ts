import type { Filter, Value } from "../value/index.ts";

/** Somebody on this node who hears of the values stored here under a key. */
export interface LocalListener {
  /** Left out: every value. */
  readonly filter?: Filter | undefined;
  /** New or edited values, or (`expired`) those that have just gone. */
  onValues(values: readonly Value[], expired: boolean): void;
}

/** Tells each listener the values that pass its filter, if there are any. */
export function tellLocalListeners(
  listeners: readonly LocalListener[],
  values: readonly Value[],
  expired: boolean,
): void {
  // The array is never changed, only replaced: a listener may cancel itself or others meanwhile.
  for (const listener of listeners) {
    const { filter } = listener;
    const wanted = filter === undefined ? values : values.filter(filter);
    if (wanted.length > 0) listener.onValues(wanted, expired);
  }
}
