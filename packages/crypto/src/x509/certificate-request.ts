// Source: RFC 2986 (PKCS#10), OpenDHT crypto layer §4.4.
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import {
  Attribute,
  DirectoryString,
  Extensions,
  id_ce_subjectAltName,
  type Name,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";
import { arrayBufferOf, decodeDer, encodeDer } from "../asn1/der.ts";
import { decodePem, encodePem, pemText } from "../asn1/pem.ts";
import { isProperFrame, type SignedParts } from "../asn1/signed-frame.ts";
import { CryptoError } from "../errors.ts";
import type { PrivateKey } from "../keys/private-key.ts";
import { PublicKey } from "../keys/public-key.ts";
import { type AlternativeName, alternativeNames, generalName } from "./alternative-name.ts";
import { buildName, DistinguishedName } from "./distinguished-name.ts";
import { extension } from "./extensions.ts";
import { isSignedWith, signatureAlgorithm, signStructure } from "./signature-algorithm.ts";

/** Longest request that is read, as DER. */
export const MAX_REQUEST_BYTES = 16_384;

const LABELS: readonly string[] = ["NEW CERTIFICATE REQUEST", "CERTIFICATE REQUEST"];
const CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7";
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

/** What a certificate is to say. */
export interface RequestOptions {
  /** Common name. */
  readonly name: string;
  /** User id, the second part of the name. Default: none. */
  readonly uid?: string;
  /** Further names under which the holder is known. Default: none. */
  readonly alternativeNames?: readonly AlternativeName[];
  /** Anyone who sees the request can read it. */
  readonly challengePassword?: string;
}

/** What someone sends to an authority to get a certificate: a name and a public key, signed by that key. */
export class CertificateRequest {
  readonly der: Uint8Array;
  readonly publicKey: PublicKey;
  readonly subject: DistinguishedName;
  readonly alternativeNames: readonly AlternativeName[];
  readonly #info: CertificationRequestInfo;
  readonly #signed: SignedParts;

  private constructor(der: Uint8Array) {
    this.der = der;
    try {
      const parsed = parse(der);
      const info = parsed.certificationRequestInfo;
      this.#info = info;
      this.#signed = signedParts(parsed);
      if (!isProperFrame(der, this.#signed)) throw malformed();
      this.publicKey = PublicKey.from(encodeDer(info.subjectPKInfo));
      this.subject = new DistinguishedName(info.subject);
      this.alternativeNames = requestedNames(info);
    } catch (error) {
      throw error instanceof CryptoError ? error : malformed(error);
    }
  }

  /** Makes a request for the public half of `key`. */
  static async create(key: PrivateKey, options: RequestOptions): Promise<CertificateRequest> {
    const digest = key.publicKey.preferredDigest();
    const certificationRequestInfo = new CertificationRequestInfo({
      subject: buildName(options.name, options.uid ?? ""),
      subjectPKInfo: decodeDer(key.publicKey.der(), SubjectPublicKeyInfo),
      attributes: buildAttributes(options),
    });
    const signature = await signStructure(key, digest, encodeDer(certificationRequestInfo));
    const request = new CertificationRequest({
      certificationRequestInfo,
      signatureAlgorithm: signatureAlgorithm(key.publicKey, digest),
      signature: arrayBufferOf(signature),
    });
    return new CertificateRequest(encodeDer(request));
  }

  /** Reads PEM. @throws CryptoError `ERR_REQUEST_MALFORMED`, `ERR_KEY_UNSUPPORTED` */
  static from(data: Uint8Array | string): CertificateRequest {
    const text = pemText(data);
    const block = text === undefined ? undefined : decodePem(text)?.find(({ label }) => LABELS.includes(label));
    if (block === undefined) throw malformed();
    return new CertificateRequest(block.der);
  }

  /** Whether the request is signed by the key that it holds. */
  verify(): boolean {
    return isSignedWith(this.publicKey, this.#signed);
  }

  pem(): string {
    return encodePem("NEW CERTIFICATE REQUEST", this.der);
  }

  /** The subject, for the certificate to be made. */
  asnSubject(): Name {
    return this.#info.subject;
  }
}

function buildAttributes({ alternativeNames: names = [], challengePassword }: RequestOptions): Attributes {
  const attributes = new Attributes();
  if (challengePassword !== undefined) {
    const text = new DirectoryString({ utf8String: challengePassword });
    attributes.push(attribute(CHALLENGE_PASSWORD, text));
  }
  if (names.length > 0) {
    const content = new SubjectAlternativeName(names.map(generalName));
    attributes.push(attribute(EXTENSION_REQUEST, new Extensions([extension(id_ce_subjectAltName, false, content)])));
  }
  return attributes;
}

function attribute(type: string, content: unknown): Attribute {
  return new Attribute({ type, values: [arrayBufferOf(encodeDer(content))] });
}

function requestedNames({ attributes }: CertificationRequestInfo): AlternativeName[] {
  const requested = (attributes ?? []).find(({ type }) => type === EXTENSION_REQUEST)?.values[0];
  if (requested === undefined) return [];
  const extensions = decodeDer(new Uint8Array(requested), Extensions);
  const names = extensions.find(({ extnID }) => extnID === id_ce_subjectAltName);
  if (names === undefined) return [];
  return alternativeNames(decodeDer(new Uint8Array(names.extnValue.buffer), SubjectAlternativeName));
}

function parse(der: Uint8Array): CertificationRequest {
  if (der.length > MAX_REQUEST_BYTES) throw malformed();
  return decodeDer(der, CertificationRequest);
}

function signedParts(parsed: CertificationRequest): SignedParts {
  const { certificationRequestInfoRaw, signatureAlgorithm: algorithm, signature } = parsed;
  if (certificationRequestInfoRaw === undefined) throw malformed();
  return { content: new Uint8Array(certificationRequestInfoRaw), algorithm, signature: new Uint8Array(signature) };
}

function malformed(cause?: unknown): CryptoError {
  return new CryptoError("ERR_REQUEST_MALFORMED", "not a certificate request in PEM", { cause });
}
