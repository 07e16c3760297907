// Source: OpenDHT crypto layer §6: one RSAES-PKCS1-v1_5 block when the data fits, else such a block around a fresh
// AES key, followed by AES-GCM.
import { constants, type KeyObject, publicEncrypt, randomBytes } from "node:crypto";
import { concatBytes } from "../bytes.ts";
import { CryptoError, DecryptError } from "../errors.ts";
import { cryptoThread } from "../thread/crypto-thread.ts";
import { decryptionFailed, isAesKeySize, open, requireSealedLength, seal } from "./aes-gcm.ts";
import { messageOffset } from "./pkcs1-padding.ts";

/** What PKCS#1 v1.5 padding takes of a block (RFC 8017 §7.2.1). */
const PADDING_BYTES = 11;
const AES_KEY_SIZES = [32, 24, 16] as const;

/** Encrypts for an RSA public key. */
export function rsaEncrypt(data: Uint8Array, key: KeyObject): Uint8Array {
  const room = modulusBytes(key) - PADDING_BYTES;
  if (data.length <= room) return encryptBlock(data, key);
  const keySize = AES_KEY_SIZES.find((size) => size <= room);
  if (keySize === undefined) throw new CryptoError("ERR_KEY_UNSUPPORTED", "this RSA key is too short to encrypt with");
  const aesKey = randomBytes(keySize);
  return concatBytes(encryptBlock(aesKey, key), seal(data, aesKey));
}

/**
 * Decrypts what {@link rsaEncrypt} made, off the main thread. All failures that depend on the key look the same, so
 * that nobody learns from them what is inside a block: wrong padding of a wrapped key is replaced by a random key, and
 * it is the authentication of the data that fails.
 */
export async function rsaDecrypt(cipher: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  const blockBytes = modulusBytes(key);
  if (cipher.length < blockBytes) {
    throw new DecryptError("ERR_CIPHER_LENGTH", "the encrypted data is shorter than one block of this key");
  }
  if (cipher.length > blockBytes) requireSealedLength(cipher.length - blockBytes);
  const block = (await cryptoThread.rsaRaw(key, cipher.subarray(0, blockBytes))) ?? new Uint8Array(blockBytes);
  const start = messageOffset(block);
  if (cipher.length === blockBytes) {
    if (start < 0) throw decryptionFailed();
    return block.slice(start);
  }
  const substitute = randomBytes(32);
  const isWrappedKey = start >= 0 && isAesKeySize(blockBytes - start);
  return open(cipher.subarray(blockBytes), isWrappedKey ? block.subarray(start) : substitute);
}

/** Length of the modulus, which is the length of a block. */
function modulusBytes(key: KeyObject): number {
  const bits = key.asymmetricKeyType === "rsa" ? key.asymmetricKeyDetails?.modulusLength : undefined;
  if (bits === undefined) {
    throw new CryptoError("ERR_KEY_NOT_RSA", "only RSA keys can encrypt and decrypt: use an identity with an RSA key");
  }
  return Math.ceil(bits / 8);
}

function encryptBlock(data: Uint8Array, key: KeyObject): Uint8Array {
  return new Uint8Array(publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, data));
}
