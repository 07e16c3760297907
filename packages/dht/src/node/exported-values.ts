import type { HeldValue, Store } from "../store/index.ts";
import type { ValueTypeRegistry } from "../value/index.ts";
import { decodeValues, type ExportedValue, encodeValues, type ValuesExport } from "../wire/index.ts";

/** Everything in the store, one export per key. */
export function exportValues(store: Store): ValuesExport[] {
  return Array.from(store.keys(), (key) => {
    const held = store.held(key).map((value) => ({ source: undefined, ...value }));
    return { key, blob: encodeValues(held) };
  });
}

/** Puts exported values back. What can't be read is skipped; of what is there already, the store's own is kept. */
export function importValues(
  store: Store,
  types: ValueTypeRegistry,
  exports: readonly ValuesExport[],
  wallClock: number,
): void {
  for (const { key, blob } of exports) {
    for (const exported of decodeValues(blob)) store.restore(key, withTimes(exported, types, wallClock));
  }
}

/** Times of older programs are of a clock that nobody knows any more: such a value counts as made now. */
function withTimes(exported: ExportedValue, types: ValueTypeRegistry, wallClock: number): HeldValue {
  const { value, source } = exported;
  const created = exported.created ?? wallClock;
  const expires = exported.expires ?? created + types.get(value.type).expirationMs;
  return { value, created, expires, source };
}
