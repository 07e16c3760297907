import { hmac } from "@noble/hashes/hmac.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { STUN_HEADER_BYTES } from "./stun-header.ts";

/** HMAC-SHA1 */
const INTEGRITY_BYTES = 20;

/** Of MESSAGE-INTEGRITY with its type and length. */
const INTEGRITY_ATTRIBUTE_BYTES = 4 + INTEGRITY_BYTES;

/** The key of a short-term credential: the password as it is (RFC 8489 §9.1.1; SASLprep leaves ASCII alone). */
export function shortTermKey(password: string): Uint8Array {
  return new TextEncoder().encode(password);
}

/** The key of a long-term credential (RFC 8489 §9.2.2). */
export function longTermKey(username: string, realm: string, password: string): Uint8Array {
  return md5(new TextEncoder().encode(`${username}:${realm}:${password}`));
}

/** The value of MESSAGE-INTEGRITY after `bytes`. The length in the header counts up to and with it. */
export function integrityOf(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  const covered = bytes.slice();
  const length = bytes.length - STUN_HEADER_BYTES + INTEGRITY_ATTRIBUTE_BYTES;
  covered[2] = length >>> 8;
  covered[3] = length;
  return hmac(sha1, key, covered);
}

/** Whether `value`, a view of MESSAGE-INTEGRITY in `message`, was made with this key. Takes equal time for all values. */
export function hasIntegrity(message: Uint8Array, value: Uint8Array, key: Uint8Array): boolean {
  if (value.length !== INTEGRITY_BYTES) return false;
  const before = value.byteOffset - message.byteOffset - 4;
  const expected = integrityOf(message.subarray(0, before), key);
  let difference = 0;
  for (let i = 0; i < INTEGRITY_BYTES; i++) difference |= (expected[i] ?? 0) ^ (value[i] ?? 0);
  return difference === 0;
}
