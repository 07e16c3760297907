import type { KeyObject } from "node:crypto";
import { CryptoError } from "../errors.ts";

/** Only `rsa` keys make an identity for the DHT: they alone encrypt, and their signatures alone are accepted. */
export type KeyKind = "rsa" | "ec" | "ed25519";

/** Digest names as node:crypto spells them. */
export type Digest = "sha1" | "sha256" | "sha384" | "sha512";

/** Larger exponents make a cheap verification as dear as a signature. Real keys use 65537. */
const MAX_PUBLIC_EXPONENT = 2n ** 32n;

/** The kind of a public or private key; refuses kinds and parameters that are not accepted. */
export function kindOf(key: KeyObject): KeyKind {
  const kind = key.asymmetricKeyType;
  if (kind === "rsa") {
    if ((key.asymmetricKeyDetails?.publicExponent ?? 0n) <= MAX_PUBLIC_EXPONENT) return kind;
    throw new CryptoError("ERR_KEY_UNSUPPORTED", "the public exponent of this RSA key is too large");
  }
  if (kind === "ec" || kind === "ed25519") return kind;
  throw new CryptoError("ERR_KEY_UNSUPPORTED", `keys of type "${kind}" are not supported: use RSA, EC or Ed25519`);
}

const CURVE_BITS: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

/** Modulus length of an RSA key, field size of an elliptic curve. 0 for a curve that is not known here. */
export function bitsOf(key: KeyObject): number {
  if (key.asymmetricKeyType === "ed25519") return 256;
  const details = key.asymmetricKeyDetails;
  return details?.modulusLength ?? CURVE_BITS[details?.namedCurve ?? ""] ?? 0;
}

/** The digest that suits a key in a certificate (OpenDHT crypto layer §3.2). */
export function preferredDigestOf(kind: KeyKind, bits: number): Digest {
  if (kind === "rsa") return bits > 3072 ? "sha384" : "sha256";
  if (bits > 384) return "sha512";
  return bits > 256 ? "sha384" : "sha256";
}
