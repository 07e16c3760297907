import { CryptoError, defaultNodeId, type Identity } from "@hashmere/crypto";
import { InfoHash } from "../id/index.ts";

/** @throws CryptoError `ERR_KEY_MISMATCH` when key and certificate don't belong together */
export function requireMatchingKey({ key, certificate }: Identity): void {
  if (!certificate.publicKey.equals(key.publicKey)) {
    throw new CryptoError("ERR_KEY_MISMATCH", "the identity's certificate doesn't belong to its private key");
  }
}

/** The id of a node that has an identity and was given no node id of its own. */
export function nodeIdOf({ key }: Identity): InfoHash {
  return InfoHash.fromBytes(defaultNodeId(key.publicKey));
}
