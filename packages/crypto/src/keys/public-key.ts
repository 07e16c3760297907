// Source: OpenDHT crypto layer §1.3 (ids), §2.3 (encodings), §5 (signatures), §6 (encryption).
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { decodePem, encodePem, pemText } from "../asn1/pem.ts";
import { bytesEqual } from "../bytes.ts";
import { rsaEncrypt } from "../cipher/rsa-cipher.ts";
import { hash } from "../digest.ts";
import { CryptoError } from "../errors.ts";
import { bitsOf, type Digest, type KeyKind, kindOf, preferredDigestOf } from "./key-kind.ts";

/** Longest DER public key that is read or written (OpenDHT's own limit on export). */
export const MAX_PUBLIC_KEY_BYTES = 2048;
const MAX_PEM_BYTES = 2 * MAX_PUBLIC_KEY_BYTES;

/** A public key: RSA, EC (P-256, P-384, P-521) or Ed25519. Immutable. */
export class PublicKey {
  /** The kind of algorithm: RSA, ECDSA (on one of the NIST curves) or Ed25519. */
  readonly kind: KeyKind;
  /** Modulus length of an RSA key, field size of an elliptic curve. */
  readonly bits: number;
  readonly #key: KeyObject;
  #der: Uint8Array | undefined;
  #shortId: Uint8Array | undefined;
  #longId: Uint8Array | undefined;

  private constructor(key: KeyObject) {
    this.kind = kindOf(key);
    this.bits = bitsOf(key);
    this.#key = key;
  }

  /**
   * Reads PEM (`PUBLIC KEY`) or a DER SubjectPublicKeyInfo of at most {@link MAX_PUBLIC_KEY_BYTES}.
   * @throws CryptoError `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`
   */
  static from(data: Uint8Array | string): PublicKey {
    const text = data.length <= MAX_PEM_BYTES ? pemText(data) : undefined;
    const der = text === undefined ? data : decodePem(text)?.find(({ label }) => label === "PUBLIC KEY")?.der;
    if (der === undefined || typeof der === "string" || der.length > MAX_PUBLIC_KEY_BYTES) throw malformed();
    let key: KeyObject;
    try {
      key = createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
    } catch (cause) {
      throw malformed(cause);
    }
    return new PublicKey(key);
  }

  /** The public half of a private key of node:crypto, or a public one as it is. */
  static ofKeyObject(key: KeyObject): PublicKey {
    return new PublicKey(key.type === "private" ? createPublicKey(key) : key);
  }

  /** DER SubjectPublicKeyInfo: the form in which keys travel as `owner` of a value. */
  der(): Uint8Array {
    this.#der ??= new Uint8Array(this.#key.export({ type: "spki", format: "der" }));
    return this.#der;
  }

  /** PEM, label `PUBLIC KEY`. */
  pem(): string {
    return encodePem("PUBLIC KEY", this.der());
  }

  /** 20 bytes, SHA-1 of {@link der}: the InfoHash of this key. */
  shortId(): Uint8Array {
    this.#shortId ??= hash(this.der(), 20);
    return this.#shortId;
  }

  /** 32 bytes, SHA-256 of {@link der}: the PkId of this key, its "device id". */
  longId(): Uint8Array {
    this.#longId ??= hash(this.der(), 32);
    return this.#longId;
  }

  /** Whether it is the same key. */
  equals(other: PublicKey): boolean {
    return bytesEqual(this.longId(), other.longId());
  }

  /** Encrypts for the holder of the private key. @throws CryptoError `ERR_KEY_NOT_RSA` */
  encrypt(data: Uint8Array): Uint8Array {
    return rsaEncrypt(data, this.#key);
  }

  /**
   * Whether `signature` is the RSA-SHA512 (PKCS#1 v1.5) signature of `data`, worked out off the main thread.
   * Always false for other keys: the network accepts no other signature on values.
   */
  checkSignature(data: Uint8Array, signature: Uint8Array): Promise<boolean> {
    if (this.kind !== "rsa") return Promise.resolve(false);
    return new Promise((resolve) => {
      verify("sha512", data, this.#key, signature, (error, isValid) => resolve(error === null && isValid));
    });
  }

  /** {@link checkSignature} on this thread, some 0.1 ms: for where an answer can't wait. */
  checkSignatureSync(data: Uint8Array, signature: Uint8Array): boolean {
    return this.kind === "rsa" && this.checkSignatureWith("sha512", data, signature);
  }

  /** Whether `signature` fits, with the given digest: as in certificates. Ed25519 keys need no digest. */
  checkSignatureWith(digest: Digest | undefined, data: Uint8Array, signature: Uint8Array): boolean {
    return verify(digest, data, this.#key, signature);
  }

  /** The digest that suits this key in a certificate. */
  preferredDigest(): Digest {
    return preferredDigestOf(this.kind, this.bits);
  }
}

function malformed(cause?: unknown): CryptoError {
  return new CryptoError("ERR_KEY_MALFORMED", "not a public key: PEM or DER of a SubjectPublicKeyInfo is read", {
    cause,
  });
}
