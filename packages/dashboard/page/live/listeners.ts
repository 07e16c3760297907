import type { ListenersRow, StoredKeyRow } from "../../src/messages.ts";

/** So many are named in a line; the others when it is opened. */
const MAX_NAMES_IN_LINE = 3;

/** How many nodes listen under a key, the one with the page among them. */
export function listenerCount({ own, others }: ListenersRow): number {
  return others + (own > 0 ? 1 : 0);
}

/** "3 listeners: this node, 0123abcd…, 4567cdef…" */
export function listenersText(listeners: ListenersRow): string {
  const count = listenerCount(listeners);
  const names = [
    ...(listeners.own > 0 ? ["this node"] : []),
    ...listeners.named.map(({ id }) => `${id.slice(0, 8)}…`),
  ].slice(0, MAX_NAMES_IN_LINE);
  const rest = count - names.length;
  const more = rest === 0 ? "" : ` and ${rest} more`;
  return `${countText(count)}: ${names.join(", ")}${more}`;
}

/** "1 listener", "2 listeners" */
export function countText(count: number): string {
  return `${count} ${count === 1 ? "listener" : "listeners"}`;
}

/** Everybody who is named as a listener, under whatever key. */
export function listenerIds(keys: readonly StoredKeyRow[]): ReadonlySet<string> {
  return new Set(keys.flatMap(({ listeners }) => listeners.named.map(({ id }) => id)));
}
