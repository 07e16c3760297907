// Source: OpenDHT crypto layer §11.2 and §11.4, keys and their linearization.
import { DhtError } from "../errors/index.ts";
import { Prefix } from "./prefix.ts";

/** The fields of an index, each with the most bytes that its values have. */
export type KeySpec = Readonly<Record<string, number>>;

/** A value for each field of the index. */
export type IndexKey = Readonly<Record<string, Uint8Array>>;

const END_MARK = 0x80;

/**
 * A key as one string of bits: that of its only field, or the bits of all fields in turn, so that keys near in every
 * field have a long prefix in common.
 * @throws DhtError `ERR_INDEX_KEY` when fields are missing, too many, or too long
 */
export function linearize(spec: KeySpec, key: IndexKey): Prefix {
  const names = Object.keys(spec).sort();
  const fields = names.map((name) => key[name]);
  const fits = names.every((name, i) => (fields[i]?.length ?? Number.POSITIVE_INFINITY) <= (spec[name] ?? 0));
  if (!fits || names.length !== Object.keys(key).length) {
    throw new DhtError("ERR_INDEX_KEY", "Key does not match the PHT key spec.");
  }
  const length = Math.max(...Object.values(spec)) + 1;
  const padded = fields.map((field) => pad(field ?? new Uint8Array(0), length));
  const [only] = padded;
  if (only !== undefined && padded.length === 1) return new Prefix(only, (fields[0]?.length ?? 0) * 8);
  const content = interleave(padded, length);
  return new Prefix(content, content.length * 8);
}

/** The value, a mark where it ends, and zeros. */
function pad(field: Uint8Array, length: number): Uint8Array {
  const padded = new Uint8Array(length);
  padded.set(field);
  padded[field.length] = END_MARK;
  return padded;
}

/** The first bit of each field, then the second of each … */
function interleave(fields: readonly Uint8Array[], length: number): Uint8Array {
  const content = new Uint8Array(fields.length * length);
  fields.forEach((field, place) => {
    for (let bit = 0; bit < length * 8; bit++) {
      if (((field[bit >> 3] ?? 0) & (END_MARK >> (bit & 7))) === 0) continue;
      const target = bit * fields.length + place;
      content[target >> 3] = (content[target >> 3] ?? 0) | (END_MARK >> (target & 7));
    }
  });
  return content;
}
