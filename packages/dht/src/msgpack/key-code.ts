/**
 * Map keys as numbers, so that a decoder compares one small integer instead of making a string.
 *
 * A name of up to six characters of a … z, 4 and 6 (no key that means anything has others) is read as digits in base 32,
 * which is exact: different names give different numbers.
 */
export const UNKNOWN_KEY = 0;
export const MAX_KEY_LENGTH = 6;

const DIGITS = new Uint8Array(256);
for (let i = 0; i < 26; i++) DIGITS[97 + i] = i + 1;
DIGITS[52] = 27;
DIGITS[54] = 28;

/** 1 … 28; 0 for a character that no known key has. */
export function keyDigit(byte: number): number {
  return DIGITS[byte] ?? 0;
}

/**
 * The number that `Reader.readKey` gives for this name.
 * @throws RangeError for a name that has no number
 */
export function keyCode(name: string): number {
  if (!/^[a-z46]{1,6}$/.test(name)) throw new RangeError(`"${name}" is no key that a message can have`);
  let code = 0;
  for (let i = 0; i < name.length; i++) code = code * 32 + keyDigit(name.charCodeAt(i));
  return code;
}
