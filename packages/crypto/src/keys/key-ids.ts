// Source: OpenDHT crypto layer §1.3.
import { toHex } from "../bytes.ts";
import { hash } from "../digest.ts";
import type { PublicKey } from "./public-key.ts";

/**
 * The two places (20-byte DHT keys) where the certificate of a key is published: the short id, where OpenDHT up to 3.4
 * looks, and the SHA-1 of the long id, where 3.5 and later look.
 */
export function certificateKeys(key: PublicKey): readonly [upTo34: Uint8Array, since35: Uint8Array] {
  return [key.shortId(), hash(key.longId(), 20)];
}

/** The 20-byte id of a DHT node that has an identity and was given no node id of its own. */
export function defaultNodeId(key: PublicKey): Uint8Array {
  return hash(Buffer.from(`node:${toHex(key.shortId())}`), 20);
}
