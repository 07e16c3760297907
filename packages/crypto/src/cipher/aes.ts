// Source: OpenDHT crypto layer §7.1 (raw key) and §7.3 (password container: salt ‖ what a raw key gives).
import { concatBytes } from "../bytes.ts";
import { CryptoError, DecryptError } from "../errors.ts";
import { open, requireSealedLength, seal } from "./aes-gcm.ts";
import { SALT_BYTES, stretchKey } from "./stretch-key.ts";

const PASSWORD_KEY_BYTES = 32;

/**
 * Encrypts with AES-GCM under a key of 16, 24 or 32 bytes, or under a password (see {@link stretchKey}; takes a
 * second). A salt may be given with a password: exactly 16 bytes.
 * @throws DecryptError `ERR_AES_KEY_SIZE`; CryptoError `ERR_SALT_SIZE`
 */
export async function aesEncrypt(
  data: Uint8Array,
  secret: Uint8Array | string,
  salt?: Uint8Array,
): Promise<Uint8Array> {
  if (typeof secret !== "string") return seal(data, secret);
  if (salt !== undefined && salt.length !== SALT_BYTES) {
    throw new CryptoError("ERR_SALT_SIZE", `the salt of encrypted data has ${SALT_BYTES} bytes`);
  }
  const stretched = await stretchKey(secret, salt, PASSWORD_KEY_BYTES);
  return aesBuildEncrypted(seal(data, stretched.key), stretched.salt);
}

/**
 * Decrypts what {@link aesEncrypt} made with the same key or password. Encrypted empty data is refused, as OpenDHT does.
 * @throws DecryptError `ERR_DECRYPT`, `ERR_CIPHER_LENGTH`, `ERR_AES_KEY_SIZE`
 */
export async function aesDecrypt(encrypted: Uint8Array, secret: Uint8Array | string): Promise<Uint8Array> {
  if (typeof secret !== "string") return open(encrypted, secret);
  const sealed = aesGetEncrypted(encrypted);
  requireSealedLength(sealed.length);
  return open(sealed, await aesGetKey(encrypted, secret));
}

/** The AES-256 key that a password gives for a password container. */
export async function aesGetKey(container: Uint8Array, password: string): Promise<Uint8Array> {
  const stretched = await stretchKey(password, aesGetSalt(container), PASSWORD_KEY_BYTES);
  return stretched.key;
}

/** The salt of a password container: its first 16 bytes. */
export function aesGetSalt(container: Uint8Array): Uint8Array {
  requireContainer(container);
  return container.slice(0, SALT_BYTES);
}

/** A password container without its salt: what a raw key decrypts. */
export function aesGetEncrypted(container: Uint8Array): Uint8Array {
  requireContainer(container);
  return container.slice(SALT_BYTES);
}

/** Puts a password container together. */
export function aesBuildEncrypted(encrypted: Uint8Array, salt: Uint8Array): Uint8Array {
  return concatBytes(salt, encrypted);
}

function requireContainer(container: Uint8Array): void {
  if (container.length > SALT_BYTES) return;
  throw new DecryptError("ERR_CIPHER_LENGTH", "this is too short to be data encrypted with a password");
}
