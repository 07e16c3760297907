import type { PrivateKey, PublicKey } from "@hashmere/crypto";
import type { Value } from "../value/index.ts";
import { OffThreadOperations } from "./off-thread-operations.ts";
import { ValueSecurity } from "./value-security.ts";

const operations = new OffThreadOperations();

/**
 * The value with the key as its owner, and its signature.
 * @throws SecurityError `ERR_VALUE_ENCRYPTED`; CryptoError `ERR_KEY_NOT_RSA`
 */
export function signValue(value: Value, key: PrivateKey): Promise<Value> {
  return outcome((onDone) => new ValueSecurity(key, operations).sign(value, onDone));
}

/** Whether a value is signed, and by its owner. */
export function checkSignature(value: Value): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  new ValueSecurity(undefined, operations).check(value, undefined, (verdict) => resolve(verdict === "valid"));
  return promise;
}

/**
 * The value signed by `from` and readable by the holder of `to` alone.
 * @throws SecurityError `ERR_VALUE_ENCRYPTED`; CryptoError `ERR_KEY_NOT_RSA`
 */
export function encryptValue(value: Value, from: PrivateKey, to: PublicKey): Promise<Value> {
  return outcome((onDone) => new ValueSecurity(from, operations).encrypt(value, to, onDone));
}

/**
 * What is inside an encrypted value.
 * @throws SecurityError `ERR_VALUE_NOT_ENCRYPTED`, `ERR_RECIPIENT_MISMATCH`, `ERR_SIGNATURE_INVALID`; DecryptError
 * `ERR_DECRYPT`, `ERR_CIPHER_LENGTH`; UnpackError
 */
export function decryptValue(value: Value, key: PrivateKey): Promise<Value> {
  return outcome((onDone) => new ValueSecurity(key, operations).decrypt(value, onDone));
}

function outcome(start: (onDone: (result: Value | Error) => void) => void): Promise<Value> {
  return new Promise((resolve, reject) =>
    start((result) => (result instanceof Error ? reject(result) : resolve(result))),
  );
}
