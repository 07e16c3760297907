/**
 * How far objects reach, by their head byte (MessagePack specification, formats): all that stepping over them needs.
 * Heads that tell it themselves (small integers, short maps, arrays and texts) have no entry.
 */

/** Bytes of the count behind the head. */
export const COUNT_BYTES = table(
  [1, 0xc4, 0xc7, 0xd9],
  [2, 0xc5, 0xc8, 0xda, 0xdc, 0xde],
  [4, 0xc6, 0xc9, 0xdb, 0xdd, 0xdf],
);

/** Objects for each that is counted: one in arrays, two in maps; elsewhere bytes are counted. */
export const COUNTED_OBJECTS = table([1, 0xdc, 0xdd], [2, 0xde, 0xdf]);

/** Bytes besides those that are counted: numbers, and the type of an extension. */
export const FIXED_BYTES = table(
  [1, 0xc7, 0xc8, 0xc9, 0xcc, 0xd0],
  [2, 0xcd, 0xd1, 0xd4],
  [3, 0xd5],
  [4, 0xca, 0xce, 0xd2],
  [5, 0xd6],
  [8, 0xcb, 0xcf, 0xd3],
  [9, 0xd7],
  [17, 0xd8],
);

/** Rows of a value and the heads that have it. */
function table(...rows: readonly (readonly number[])[]): Uint8Array {
  const values = new Uint8Array(256);
  for (const [value = 0, ...heads] of rows) for (const head of heads) values[head] = value;
  return values;
}
