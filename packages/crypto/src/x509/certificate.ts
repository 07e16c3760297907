// Source: RFC 5280, OpenDHT crypto layer §3.
import * as asn from "@peculiar/asn1-x509";
import { decodeDer, encodeDer } from "../asn1/der.ts";
import { encodePem } from "../asn1/pem.ts";
import { isProperFrame, type SignedParts } from "../asn1/signed-frame.ts";
import { bytesEqual, toHex } from "../bytes.ts";
import { CryptoError } from "../errors.ts";
import { PublicKey } from "../keys/public-key.ts";
import { type AlternativeName, alternativeNames } from "./alternative-name.ts";
import { splitBlobs, splitChain } from "./chain-text.ts";
import { DistinguishedName } from "./distinguished-name.ts";
import { CertificateExtensions } from "./extensions.ts";
import type { RevocationList } from "./revocation-list.ts";
import { isInsecureAlgorithm, isSignedWith } from "./signature-algorithm.ts";

/** Longest DER certificate that is read. */
export const MAX_CERTIFICATE_BYTES = 16_384;
/** Most certificates in a chain, the leaf included. */
export const MAX_CHAIN_LENGTH = 16;
/** Longest text of a chain that is read: base64, its frame and what stands around it included. */
export const MAX_CHAIN_TEXT_BYTES = 2 * MAX_CHAIN_LENGTH * MAX_CERTIFICATE_BYTES;
/** Revocation lists that can be attached to a certificate; the oldest goes first. */
export const MAX_ATTACHED_LISTS = 16;

/**
 * An X.509 certificate and, through {@link issuer}, the chain above it. Its ids are those of its public key. Immutable
 * but for the revocation lists that travel with it.
 */
export class Certificate {
  readonly der: Uint8Array;
  /** The certificate of the issuer when it came along; undefined at the end of the known chain. */
  readonly issuer: Certificate | undefined;
  readonly publicKey: PublicKey;
  /** Content bytes of the serial number, exactly as written: those of OpenDHT before 4.3 may be negative. */
  readonly serialNumber: Uint8Array;
  /** Whose certificate it is, by name. */
  readonly subject: DistinguishedName;
  /** Who signed it, by name; {@link isSignedBy} tells whether that is true. */
  readonly issuerName: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: CertificateExtensions;
  readonly #signed: SignedParts;
  #revocationLists: readonly RevocationList[] = [];

  private constructor(der: Uint8Array, issuer: Certificate | undefined) {
    this.der = der;
    this.issuer = issuer;
    try {
      const parsed = parse(der);
      const tbs = parsed.tbsCertificate;
      this.#signed = signedParts(parsed);
      if (!isProperFrame(der, this.#signed)) throw malformed();
      this.publicKey = PublicKey.from(encodeDer(tbs.subjectPublicKeyInfo));
      this.serialNumber = new Uint8Array(tbs.serialNumber);
      this.subject = new DistinguishedName(tbs.subject);
      this.issuerName = new DistinguishedName(tbs.issuer);
      this.notBefore = tbs.validity.notBefore.getTime();
      this.notAfter = tbs.validity.notAfter.getTime();
      this.extensions = new CertificateExtensions(tbs.extensions ?? []);
    } catch (error) {
      throw error instanceof CryptoError ? error : malformed(error);
    }
  }

  /**
   * Reads a PEM chain (sorted from subject to issuer; anything may stand around the blocks) or one DER certificate.
   * Links are checked by name and key identifier, not by signature: that is what {@link TrustList} is for.
   * @throws CryptoError `ERR_CERTIFICATE_MALFORMED`, `ERR_CHAIN_BROKEN`, `ERR_KEY_UNSUPPORTED`
   */
  static from(data: Uint8Array | string): Certificate {
    if (data.length > MAX_CHAIN_TEXT_BYTES) throw malformed();
    const certificate = linkChain(splitChain(data, MAX_CHAIN_LENGTH));
    for (let link = certificate; link.issuer !== undefined; link = link.issuer) {
      if (!link.namesIssuer(link.issuer)) {
        throw new CryptoError("ERR_CHAIN_BROKEN", "the chain is not sorted, or a certificate is missing in it");
      }
    }
    return certificate;
  }

  /** Links certificates that come one by one, as in TLS: each PEM or DER, from subject to issuer, links unchecked. */
  static fromBlobs(blobs: Iterable<Uint8Array | string>): Certificate {
    return linkChain(splitBlobs(blobs, MAX_CHAIN_LENGTH));
  }

  /** A certificate just made, under its issuer. */
  static issued(der: Uint8Array, issuer: Certificate | undefined): Certificate {
    return new Certificate(der, issuer);
  }

  /** 20 bytes: the short id of the public key. */
  shortId(): Uint8Array {
    return this.publicKey.shortId();
  }

  /** 32 bytes: the long id of the public key. */
  longId(): Uint8Array {
    return this.publicKey.longId();
  }

  /** Whether this certificate may issue others (OpenDHT crypto layer §3.3). */
  get isCa(): boolean {
    return this.extensions.isCa;
  }

  get alternativeNames(): readonly AlternativeName[] {
    return alternativeNames(this.extensions.alternativeNames);
  }

  /** This certificate, its issuer, its issuer's issuer … */
  chain(): Certificate[] {
    const chain: Certificate[] = [this];
    for (let link = this.issuer; link !== undefined && chain.length < MAX_CHAIN_LENGTH; link = link.issuer)
      chain.push(link);
    return chain;
  }

  /** PEM of this certificate alone, or of the whole chain. */
  pem({ chain = true } = {}): string {
    const links = chain ? this.chain() : [this];
    return links.map(({ der }) => encodePem("CERTIFICATE", der)).join("");
  }

  /** The packed form in which a certificate is published: UTF-8 bytes of the PEM chain. */
  pack(): Uint8Array {
    return new TextEncoder().encode(this.pem());
  }

  equals(other: Certificate): boolean {
    return bytesEqual(this.der, other.der);
  }

  /** Whether `issuer` is the certificate that this one names as its issuer, by name and key identifier. */
  namesIssuer(issuer: Certificate): boolean {
    if (!this.issuerName.equals(issuer.subject)) return false;
    const { authorityKeyId } = this.extensions;
    const { subjectKeyId } = issuer.extensions;
    return authorityKeyId === undefined || subjectKeyId === undefined || bytesEqual(authorityKeyId, subjectKeyId);
  }

  /** Whether this certificate carries a signature of `key`. */
  isSignedBy(key: PublicKey): boolean {
    return isSignedWith(key, this.#signed);
  }

  /** Whether the signature uses a digest that can be forged. */
  get hasInsecureSignature(): boolean {
    return isInsecureAlgorithm(this.#signed.algorithm);
  }

  /** Lists of revoked certificates that this authority signed, oldest number first. */
  get revocationLists(): readonly RevocationList[] {
    return this.#revocationLists;
  }

  /**
   * Attaches a list signed by this certificate. A list whose number is there already is ignored.
   * @throws CryptoError `ERR_CRL_SIGNATURE`
   */
  addRevocationList(list: RevocationList): void {
    if (!list.isSignedBy(this)) {
      throw new CryptoError("ERR_CRL_SIGNATURE", "the revocation list is not signed by this certificate");
    }
    if (this.#revocationLists.some((known) => bytesEqual(known.number, list.number))) return;
    const lists = [...this.#revocationLists, list];
    this.#revocationLists = lists.sort((a, b) => Buffer.compare(a.number, b.number)).slice(-MAX_ATTACHED_LISTS);
  }

  toString(): string {
    return `${this.subject} (${toHex(this.longId())})`;
  }
}

function linkChain(ders: readonly Uint8Array[]): Certificate {
  const certificate = ders.reduceRight<Certificate | undefined>(
    (issuer, der) => Certificate.issued(der, issuer),
    undefined,
  );
  if (certificate === undefined) throw malformed();
  return certificate;
}

function parse(der: Uint8Array): asn.Certificate {
  if (der.length > MAX_CERTIFICATE_BYTES) throw malformed();
  return decodeDer(der, asn.Certificate);
}

function signedParts(parsed: asn.Certificate): SignedParts {
  const { tbsCertificate, tbsCertificateRaw, signatureAlgorithm: algorithm, signatureValue } = parsed;
  if (tbsCertificateRaw === undefined || !tbsCertificate.signature.isEqual(algorithm)) throw malformed();
  return { content: new Uint8Array(tbsCertificateRaw), algorithm, signature: new Uint8Array(signatureValue) };
}

function malformed(cause?: unknown): CryptoError {
  return new CryptoError("ERR_CERTIFICATE_MALFORMED", "not a certificate: a PEM chain or one DER certificate is read", {
    cause,
  });
}
