// Source: OpenDHT crypto layer §1.1.
import { hash as digestOf } from "node:crypto";

/**
 * The hash function of OpenDHT: the length asked for chooses the digest, whose first `length` bytes are the result.
 * SHA-1 up to 20 bytes, SHA-256 up to 32, SHA-512 above (never more than 64).
 */
export function hash(data: Uint8Array, length = 64): Uint8Array {
  if (!Number.isInteger(length) || length < 0)
    throw new RangeError("the length of a hash is a whole number, 0 or more");
  const algorithm = length <= 20 ? "sha1" : length <= 32 ? "sha256" : "sha512";
  return new Uint8Array(digestOf(algorithm, data, "buffer").subarray(0, length));
}
