import { decode, encode } from "@msgpack/msgpack";
import { UnpackError } from "../errors/index.ts";

/** Integers beyond 32 bits are bigints to the library; as numbers it would pack them as fractions. */
const MIN_INT32 = -(2 ** 31);
const MAX_UINT32 = 2 ** 32 - 1;

/** An application's object in MessagePack, integers in their shortest form, as C++ programs pack theirs. */
export function packObject(object: unknown): Uint8Array<ArrayBuffer> {
  // The library's bytes lie in a buffer of 2 KiB, which would live as long as they do.
  return encode(withShortIntegers(object), { useBigInt64: true }).slice();
}

/**
 * What was packed; integers of 64 bits are bigints.
 * @throws UnpackError
 */
export function unpackObject(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { useBigInt64: true });
  } catch (cause) {
    throw new UnpackError("the value's data is no MessagePack object", { cause });
  }
}

function withShortIntegers(object: unknown): unknown {
  if (typeof object === "bigint") return object >= MIN_INT32 && object <= MAX_UINT32 ? Number(object) : object;
  if (typeof object === "number") return Number.isSafeInteger(object) && !isShort(object) ? BigInt(object) : object;
  if (Array.isArray(object)) return object.map(withShortIntegers);
  if (typeof object !== "object" || object === null || Object.getPrototypeOf(object) !== Object.prototype)
    return object;
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, withShortIntegers(value)]));
}

function isShort(integer: number): boolean {
  return integer >= MIN_INT32 && integer <= MAX_UINT32;
}
