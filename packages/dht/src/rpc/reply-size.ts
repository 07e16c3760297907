import { type RandomSource, randomBelow } from "../random/index.ts";
import type { FieldValues, Value } from "../value/index.ts";

/** Most bytes of values in one reply; more would overrun the receiver's socket anyway. */
export const MAX_REPLY_VALUE_BYTES = 1024 * 1024;
/** Most values in one reply, each of which takes at least one datagram. Nodes ask for ids first, and then value by value. */
export const MAX_REPLY_VALUES = 2048;
/** Most bytes of selected fields in one reply, which must fit into a single datagram. */
export const MAX_REPLY_FIELD_BYTES = 48 * 1024;

/** Estimated bytes around the data of a packed value. */
const VALUE_OVERHEAD_BYTES = 40;

export function valueBytes(value: Value): number {
  return value.size + (value.owner?.length ?? 0) + VALUE_OVERHEAD_BYTES;
}

export function fieldBytes({ id, valueType, owner, ownerKey, seq, userType }: FieldValues): number {
  let bytes = 0;
  if (id !== undefined) bytes += 9;
  if (valueType !== undefined) bytes += 3;
  if (owner !== undefined) bytes += ownerKey === undefined ? 22 : ownerKey.length + 5;
  if (seq !== undefined) bytes += 3;
  if (userType !== undefined) bytes += userType.length * 3 + 5;
  return bytes;
}

/** Bytes of all items; 0 where there are none. */
export function totalOf<T>(items: readonly T[] | undefined, bytesOf: (item: T) => number): number {
  let bytes = 0;
  if (items !== undefined) for (const item of items) bytes += bytesOf(item);
  return bytes;
}

/**
 * The items, or as many as fit: a run that begins anywhere, so that whoever asks several times sees them all.
 */
export function fitting<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  maxBytes: number,
  random: RandomSource,
  maxItems = Number.POSITIVE_INFINITY,
): readonly T[] {
  if (items.length <= maxItems && totalOf(items, bytesOf) <= maxBytes) return items;
  const start = randomBelow(random, items.length);
  const taken: T[] = [];
  let left = maxBytes;
  for (let i = 0; i < Math.min(items.length, maxItems); i++) {
    const item = items[(start + i) % items.length];
    if (item === undefined) break;
    left -= bytesOf(item);
    if (left < 0) break;
    taken.push(item);
  }
  return taken;
}
