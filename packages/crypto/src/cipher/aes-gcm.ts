// Source: OpenDHT crypto layer §7.1: nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes), no associated data.
import { type CipherGCMTypes, createCipheriv, createDecipheriv, type DecipherGCM, randomBytes } from "node:crypto";
import { concatBytes } from "../bytes.ts";
import { DecryptError } from "../errors.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What AES-GCM adds to a plaintext. */
const GCM_OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

/** Encrypts with a raw key of 16, 24 or 32 bytes. */
export function seal(data: Uint8Array, key: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(algorithmFor(key), key, nonce, { authTagLength: TAG_BYTES });
  const body = cipher.update(data);
  cipher.final();
  return concatBytes(nonce, body, cipher.getAuthTag());
}

/** Decrypts what {@link seal} made. An empty plaintext is refused, as OpenDHT does. */
export function open(sealed: Uint8Array, key: Uint8Array): Uint8Array {
  const algorithm = algorithmFor(key);
  requireSealedLength(sealed.length);
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
  if (!isAuthentic(decipher)) throw decryptionFailed();
  return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
}

export function requireSealedLength(length: number): void {
  if (length > GCM_OVERHEAD_BYTES) return;
  throw new DecryptError(
    "ERR_CIPHER_LENGTH",
    "the encrypted data is too short: it was cut, or it is not encrypted data",
  );
}

export function isAesKeySize(length: number): boolean {
  return length === 16 || length === 24 || length === 32;
}

/** The one error of all failed decryptions, the same whatever the reason was. */
export function decryptionFailed(): DecryptError {
  return new DecryptError("ERR_DECRYPT", "the data can't be decrypted: another key, or the data was changed");
}

function algorithmFor(key: Uint8Array): CipherGCMTypes {
  if (key.length === 16) return "aes-128-gcm";
  if (key.length === 24) return "aes-192-gcm";
  if (key.length === 32) return "aes-256-gcm";
  throw new DecryptError("ERR_AES_KEY_SIZE", "an AES key has 16, 24 or 32 bytes");
}

function isAuthentic(decipher: DecipherGCM): boolean {
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}
