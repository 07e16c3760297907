// Source: RFC 4055 and RFC 5758 (object identifiers of signature algorithms), OpenDHT crypto layer §3.2.
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import type { SignedParts } from "../asn1/signed-frame.ts";
import type { Digest, KeyKind } from "../keys/key-kind.ts";
import type { PrivateKey } from "../keys/private-key.ts";
import type { PublicKey } from "../keys/public-key.ts";

interface SignatureScheme {
  readonly kind: KeyKind;
  /** None for Ed25519, which has its own. */
  readonly digest?: Digest;
}

const SCHEMES: ReadonlyMap<string, SignatureScheme> = new Map<string, SignatureScheme>([
  ["1.2.840.113549.1.1.5", { kind: "rsa", digest: "sha1" }],
  ["1.2.840.113549.1.1.11", { kind: "rsa", digest: "sha256" }],
  ["1.2.840.113549.1.1.12", { kind: "rsa", digest: "sha384" }],
  ["1.2.840.113549.1.1.13", { kind: "rsa", digest: "sha512" }],
  ["1.2.840.10045.4.1", { kind: "ec", digest: "sha1" }],
  ["1.2.840.10045.4.3.2", { kind: "ec", digest: "sha256" }],
  ["1.2.840.10045.4.3.3", { kind: "ec", digest: "sha384" }],
  ["1.2.840.10045.4.3.4", { kind: "ec", digest: "sha512" }],
  ["1.3.101.112", { kind: "ed25519" }],
]);

/** The algorithm identifier of a signature made with `key` over `digest`. */
export function signatureAlgorithm(key: PublicKey, digest: Digest): AlgorithmIdentifier {
  for (const [algorithm, scheme] of SCHEMES) {
    if (scheme.kind !== key.kind || (scheme.digest !== undefined && scheme.digest !== digest)) continue;
    return key.kind === "rsa"
      ? new AlgorithmIdentifier({ algorithm, parameters: null })
      : new AlgorithmIdentifier({ algorithm });
  }
  throw new RangeError(`no signature with a key of kind ${key.kind} and ${digest}`);
}

/** Signs `data` as {@link signatureAlgorithm} says. */
export function signStructure(key: PrivateKey, digest: Digest, data: Uint8Array): Promise<Uint8Array> {
  return key.signWith(key.publicKey.kind === "ed25519" ? undefined : digest, data);
}

/** Whether the signature was made with the private half of `key`; false for an unknown algorithm too. */
export function isSignedWith(key: PublicKey, { content, algorithm, signature }: SignedParts): boolean {
  const scheme = SCHEMES.get(algorithm.algorithm);
  return scheme?.kind === key.kind && key.checkSignatureWith(scheme.digest, content, signature);
}

/** SHA-1 signatures can be forged. */
export function isInsecureAlgorithm({ algorithm }: AlgorithmIdentifier): boolean {
  return SCHEMES.get(algorithm)?.digest === "sha1";
}
