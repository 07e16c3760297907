// Source: OpenDHT crypto layer §2 (keys), §5 (signatures), §6 (encryption).
import { createPrivateKey, generateKeyPair, type KeyObject, sign } from "node:crypto";
import { encodePem, pemText } from "../asn1/pem.ts";
import { rsaDecrypt } from "../cipher/rsa-cipher.ts";
import { CryptoError, DecryptError } from "../errors.ts";
import { cryptoThread } from "../thread/crypto-thread.ts";
import type { Digest } from "./key-kind.ts";
import { requireBearableIterations, sealPkcs8 } from "./protected-pkcs8.ts";
import { PublicKey } from "./public-key.ts";

/** Longest private key file that is read. OpenDHT writes at most half of that. */
export const MAX_PRIVATE_KEY_BYTES = 16_384;
/** Strength of a generated RSA key (OpenDHT crypto layer §2.1). */
export const DEFAULT_RSA_BITS = 4096;
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 16_384;

/** Curves of new keys. */
export type Curve = "P-256" | "P-384" | "P-521";

/** A private key with its public half. The secret shows in nothing but {@link serialize}. */
export class PrivateKey {
  /** What others may know. */
  readonly publicKey: PublicKey;
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.publicKey = PublicKey.ofKeyObject(key);
    this.#key = key;
  }

  /** A new RSA key. Takes a second or more, on another thread. */
  static generate(bits = DEFAULT_RSA_BITS): Promise<PrivateKey> {
    if (!Number.isInteger(bits) || bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new RangeError(`an RSA key has ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`);
    }
    return new Promise((resolve, reject) => {
      generateKeyPair("rsa", { modulusLength: bits, publicExponent: 65_537 }, (error, _, key) => {
        if (error === null) resolve(new PrivateKey(key));
        else reject(error);
      });
    });
  }

  /** A new elliptic curve key: for authorities and TLS, not for an identity on the DHT. */
  static generateEc(curve: Curve = "P-384"): Promise<PrivateKey> {
    return new Promise((resolve, reject) => {
      generateKeyPair("ec", { namedCurve: curve }, (error, _, key) => {
        if (error === null) resolve(new PrivateKey(key));
        else reject(error);
      });
    });
  }

  /**
   * Reads a key without password: PEM (PKCS#8, PKCS#1, SEC 1) or DER (PKCS#8).
   * @throws CryptoError `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`; DecryptError `ERR_KEY_PASSWORD` when it is protected
   */
  static from(data: Uint8Array | string): PrivateKey {
    const key = readPlain(data);
    if (key === "protected") throw passwordNeeded();
    return new PrivateKey(key);
  }

  /**
   * Reads a key protected by a password: encrypted PKCS#8 (PEM or DER), or old encrypted PEM. Deriving the key from
   * the password takes a while, on another thread. An empty password is no password.
   * @throws DecryptError `ERR_KEY_PASSWORD`; CryptoError `ERR_KEY_NOT_ENCRYPTED` when there is nothing to open,
   * `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`, `ERR_BUSY`
   */
  static async fromEncrypted(data: Uint8Array | string, password: string): Promise<PrivateKey> {
    if (password === "") return PrivateKey.from(data);
    if (readPlain(data) !== "protected") {
      throw new CryptoError("ERR_KEY_NOT_ENCRYPTED", "this key has no password: read it without one");
    }
    requireBearableIterations(data);
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    const key = await cryptoThread.openKey(bytes, pemText(data) !== undefined, password);
    if (key === undefined) throw new DecryptError("ERR_KEY_PASSWORD", "the password doesn't open this private key");
    return new PrivateKey(key);
  }

  /** PEM, PKCS#8. With a password: encrypted (PBES2 with AES-256), as OpenDHT 3.2 and later, GnuTLS and OpenSSL read. */
  async serialize(password = ""): Promise<string> {
    const pkcs8 = this.#key.export({ type: "pkcs8", format: "der" });
    if (password === "") return encodePem("PRIVATE KEY", pkcs8);
    return encodePem("ENCRYPTED PRIVATE KEY", await sealPkcs8(pkcs8, password));
  }

  /** Signs with SHA-512, off the main thread: RSA PKCS#1 v1.5 (as long as the modulus), or ECDSA in DER. */
  sign(data: Uint8Array): Promise<Uint8Array> {
    return this.signWith(this.publicKey.kind === "ed25519" ? undefined : "sha512", data);
  }

  /** {@link sign} with another digest, as in certificates. Ed25519 keys take none. */
  signWith(digest: Digest | undefined, data: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      sign(digest, data, this.#key, (error, signature) => {
        if (error === null) resolve(new Uint8Array(signature));
        else reject(error);
      });
    });
  }

  /**
   * Decrypts what was encrypted for the public half, off the main thread.
   * @throws DecryptError `ERR_DECRYPT`, `ERR_CIPHER_LENGTH`; CryptoError `ERR_KEY_NOT_RSA`, `ERR_BUSY`
   */
  decrypt(cipher: Uint8Array): Promise<Uint8Array> {
    return rsaDecrypt(cipher, this.#key);
  }
}

function readPlain(data: Uint8Array | string): KeyObject | "protected" {
  if (data.length > MAX_PRIVATE_KEY_BYTES) throw malformed();
  const text = pemText(data);
  try {
    if (text !== undefined) return createPrivateKey(text);
    return createPrivateKey({ key: Buffer.from(data), format: "der", type: "pkcs8" });
  } catch (error) {
    if (isPassphraseMissing(error)) return "protected";
    throw malformed();
  }
}

function isPassphraseMissing(error: unknown): boolean {
  if (!(error instanceof Error && "code" in error)) return false;
  return error.code === "ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED" || error.code === "ERR_MISSING_PASSPHRASE";
}

function malformed(): CryptoError {
  return new CryptoError("ERR_KEY_MALFORMED", "not a private key: PEM, or DER of a PKCS#8 key, is read");
}

function passwordNeeded(): DecryptError {
  return new DecryptError("ERR_KEY_PASSWORD", "this private key is protected: give its password");
}
