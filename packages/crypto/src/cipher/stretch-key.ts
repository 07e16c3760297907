// Source: OpenDHT crypto layer §7.2.
import { argon2, randomBytes } from "node:crypto";
import { hash } from "../digest.ts";
import { CryptoError } from "../errors.ts";

/** Of a salt that is drawn here. */
export const SALT_BYTES = 16;
const MIN_SALT_BYTES = 8; // Argon2 (RFC 9106 §3.1)
const PASSES = 16;
const MEMORY_KIB = 65_536;
const RAW_BYTES = 32;

/** A key made out of a password, and the salt (16 random bytes unless given) without which it cannot be made again. */
export interface StretchedKey {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

/**
 * Makes a key of `length` bytes (default 64, at most 64) out of a password: Argon2i over 64 MiB, then {@link hash}.
 * Takes about a second on a thread of the pool. Without a salt, 16 random bytes are used and returned.
 * @throws CryptoError `ERR_SALT_SIZE` when the salt has less than 8 bytes
 */
export async function stretchKey(
  password: string,
  salt: Uint8Array = randomSalt(),
  length = 64,
): Promise<StretchedKey> {
  if (salt.length < MIN_SALT_BYTES) {
    throw new CryptoError("ERR_SALT_SIZE", `a salt has at least ${MIN_SALT_BYTES} bytes`);
  }
  return { key: hash(await argon2i(Buffer.from(password, "utf8"), salt), length), salt };
}

function randomSalt(): Uint8Array {
  return new Uint8Array(randomBytes(SALT_BYTES));
}

function argon2i(message: Uint8Array, nonce: Uint8Array): Promise<Uint8Array> {
  const parameters = { message, nonce, parallelism: 1, tagLength: RAW_BYTES, memory: MEMORY_KIB, passes: PASSES };
  return new Promise((resolve, reject) => {
    argon2("argon2i", parameters, (error, derived) => {
      if (error === null) resolve(derived);
      else reject(error);
    });
  });
}
