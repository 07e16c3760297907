// Source: RFC 5280 §5, OpenDHT crypto layer §4.2.
import { randomBytes } from "node:crypto";
import { OctetString } from "@peculiar/asn1-schema";
import {
  Certificate as AsnCertificate,
  CertificateList,
  Extension,
  id_ce_cRLNumber,
  RevokedCertificate,
  TBSCertList,
  Time,
  Version,
} from "@peculiar/asn1-x509";
import { Integer } from "asn1js";
import { arrayBufferOf, decodeDer, encodeDer, integerBytes } from "../asn1/der.ts";
import { decodePem, encodePem, pemText } from "../asn1/pem.ts";
import { isProperFrame, type SignedParts } from "../asn1/signed-frame.ts";
import { toHex } from "../bytes.ts";
import { CryptoError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { DistinguishedName } from "./distinguished-name.ts";
import { type Identity, type IssueOptions, requireAuthority } from "./issue.ts";
import { isSignedWith, signatureAlgorithm, signStructure } from "./signature-algorithm.ts";

/** Longest revocation list that is read, as DER. */
export const MAX_REVOCATION_LIST_BYTES = 131_072;
/** Certificates on a list that is made here: well within the length above, and read in some 30 ms. */
export const MAX_REVOCATIONS = 2048;
const NUMBER_BYTES = 8;

/** A certificate that its issuer takes back. */
export interface Revocation {
  readonly certificate: Certificate;
  /** Default: now. */
  readonly at?: Date;
}

/** What a new list says. */
export interface RevocationListOptions extends IssueOptions {
  /** Certificates to revoke, beside those of `previous`. */
  readonly revoke?: readonly Revocation[];
  /** The list that this one replaces: its entries are kept, its number is counted on. */
  readonly previous?: RevocationList;
  /** Up to 64 bits. Default: the previous number plus one, or random. */
  readonly number?: bigint;
}

/** A signed list of certificates that their issuer took back. Immutable. */
export class RevocationList {
  readonly der: Uint8Array;
  /** Who signed it, by name; {@link isSignedBy} tells whether that is true. */
  readonly issuerName: DistinguishedName;
  /** Content bytes of the CRL number, exactly as written; empty when there is none. */
  readonly number: Uint8Array;
  /** When it was signed. */
  readonly thisUpdate: Date;
  /** When a newer list is promised. */
  readonly nextUpdate: Date | undefined;
  readonly #signed: SignedParts;
  readonly #entries: readonly RevokedCertificate[];
  /** Serial numbers in hexadecimal. */
  readonly #revoked: ReadonlySet<string>;

  private constructor(der: Uint8Array) {
    this.der = der;
    try {
      const parsed = parse(der);
      const tbs = parsed.tbsCertList;
      this.#signed = signedParts(parsed);
      if (!isProperFrame(der, this.#signed)) throw malformed();
      this.issuerName = new DistinguishedName(tbs.issuer);
      this.number = crlNumber(tbs);
      this.thisUpdate = tbs.thisUpdate.getTime();
      this.nextUpdate = tbs.nextUpdate?.getTime();
      this.#entries = tbs.revokedCertificates ?? [];
      this.#revoked = new Set(this.#entries.map(({ userCertificate }) => toHex(new Uint8Array(userCertificate))));
    } catch (error) {
      throw error instanceof CryptoError ? error : malformed(error);
    }
  }

  /** Reads PEM (`X509 CRL`) or DER. @throws CryptoError `ERR_CRL_MALFORMED` */
  static from(data: Uint8Array | string): RevocationList {
    const text = pemText(data);
    const der = text === undefined ? data : decodePem(text)?.find(({ label }) => label === "X509 CRL")?.der;
    if (der === undefined || typeof der === "string") throw malformed();
    return new RevocationList(der);
  }

  /**
   * Signs a new list, with SHA-512. Its next update is promised for `validity` seconds from now, or for when the
   * issuer's certificate expires.
   * @throws CryptoError `ERR_ISSUER_NOT_CA`, `ERR_KEY_MISMATCH`, `ERR_CRL_FULL`
   */
  static async sign(
    { key, certificate: issuer }: Identity,
    { revoke = [], previous, number, validity, now = new Date() }: RevocationListOptions = {},
  ): Promise<RevocationList> {
    requireAuthority(key, issuer);
    const algorithm = signatureAlgorithm(key.publicKey, "sha512");
    const entries = mergeEntries(previous, revoke, now);
    const tbsCertList = new TBSCertList({
      version: Version.v2,
      signature: algorithm,
      issuer: decodeDer(issuer.der, AsnCertificate).tbsCertificate.subject,
      thisUpdate: new Time(wholeSeconds(now)),
      nextUpdate: new Time(validity === undefined ? issuer.notAfter : wholeSeconds(now, validity)),
      ...(entries.length > 0 && { revokedCertificates: entries }),
      crlExtensions: [numberExtension(numberBytes(number, previous))],
    });
    const signature = await signStructure(key, "sha512", encodeDer(tbsCertList));
    const list = new CertificateList({
      tbsCertList,
      signatureAlgorithm: algorithm,
      signature: arrayBufferOf(signature),
    });
    return new RevocationList(encodeDer(list));
  }

  /** Number of revoked certificates. */
  get size(): number {
    return this.#revoked.size;
  }

  /** Whether the list names this certificate, by issuer and serial number. */
  isRevoked(certificate: Certificate): boolean {
    return certificate.issuerName.equals(this.issuerName) && this.#revoked.has(toHex(certificate.serialNumber));
  }

  /** Whether `issuer` signed this list. */
  isSignedBy(issuer: Certificate): boolean {
    return issuer.subject.equals(this.issuerName) && isSignedWith(issuer.publicKey, this.#signed);
  }

  /** The packed form: DER. */
  pack(): Uint8Array {
    return this.der;
  }

  /** PEM, label `X509 CRL`. */
  pem(): string {
    return encodePem("X509 CRL", this.der);
  }

  /** The entries as they are, for the list that replaces this one. */
  asnEntries(): readonly RevokedCertificate[] {
    return this.#entries;
  }
}

/**
 * Takes back a certificate: signs the newest list attached to the issuer's certificate again with one entry more, and
 * attaches the new list to it.
 * @throws CryptoError `ERR_ISSUER_NOT_CA`, `ERR_KEY_MISMATCH`, `ERR_CRL_FULL`
 */
export async function revoke(
  issuer: Identity,
  certificate: Certificate,
  options: IssueOptions = {},
): Promise<RevocationList> {
  const previous = issuer.certificate.revocationLists.at(-1);
  const list = await RevocationList.sign(issuer, {
    ...options,
    revoke: [{ certificate }],
    ...(previous && { previous }),
  });
  issuer.certificate.addRevocationList(list);
  return list;
}

function mergeEntries(
  previous: RevocationList | undefined,
  revoke: readonly Revocation[],
  now: Date,
): RevokedCertificate[] {
  const entries = new Map<string, RevokedCertificate>();
  for (const entry of previous?.asnEntries() ?? []) entries.set(toHex(new Uint8Array(entry.userCertificate)), entry);
  for (const { certificate, at = now } of revoke) {
    const serial = toHex(certificate.serialNumber);
    if (entries.has(serial)) continue;
    const userCertificate = arrayBufferOf(certificate.serialNumber);
    entries.set(serial, new RevokedCertificate({ userCertificate, revocationDate: new Time(wholeSeconds(at)) }));
  }
  if (entries.size > MAX_REVOCATIONS) {
    throw new CryptoError("ERR_CRL_FULL", `a revocation list holds at most ${MAX_REVOCATIONS} certificates`);
  }
  return [...entries.values()];
}

/** The number of a new list in content bytes. Those of older programs may look negative: they are counted on as they are. */
function numberBytes(number: bigint | undefined, previous: RevocationList | undefined): Uint8Array {
  if (number !== undefined) {
    if (number < 0n || number >= 1n << 64n) throw new RangeError("the number of a revocation list has up to 64 bits");
    const bytes = Buffer.from(number.toString(16).padStart(2 * NUMBER_BYTES, "0"), "hex");
    const start = bytes.findIndex((byte) => byte !== 0);
    const minimal = bytes.subarray(start < 0 ? NUMBER_BYTES - 1 : start);
    return (minimal[0] ?? 0) > 0x7f ? Buffer.concat([Uint8Array.of(0), minimal]) : minimal;
  }
  if (previous === undefined || previous.number.length === 0) return randomNumber();
  const counted = previous.number.slice();
  for (let index = counted.length - 1; index >= 0; index--) {
    const byte = ((counted[index] ?? 0) + 1) & 0xff;
    counted[index] = byte;
    if (byte !== 0) break;
  }
  return counted;
}

/** Positive, and small enough to be counted on for ever. */
function randomNumber(): Uint8Array {
  const number = randomBytes(NUMBER_BYTES);
  number[0] = 1 + ((number[0] ?? 0) % 0x3f);
  return number;
}

function numberExtension(number: Uint8Array): Extension {
  const content = new Integer({ valueHex: number }).toBER();
  return new Extension({ extnID: id_ce_cRLNumber, critical: false, extnValue: new OctetString(content) });
}

function crlNumber({ crlExtensions = [] }: TBSCertList): Uint8Array {
  const found = crlExtensions.find(({ extnID }) => extnID === id_ce_cRLNumber);
  return found === undefined ? new Uint8Array() : integerBytes(new Uint8Array(found.extnValue.buffer));
}

function wholeSeconds(date: Date, plusSeconds = 0): Date {
  return new Date((Math.floor(date.getTime() / 1000) + Math.trunc(plusSeconds)) * 1000);
}

function parse(der: Uint8Array): CertificateList {
  if (der.length > MAX_REVOCATION_LIST_BYTES) throw malformed();
  return decodeDer(der, CertificateList);
}

function signedParts(parsed: CertificateList): SignedParts {
  const { tbsCertList, tbsCertListRaw, signatureAlgorithm: algorithm, signature } = parsed;
  if (tbsCertListRaw === undefined || !tbsCertList.signature.isEqual(algorithm)) throw malformed();
  return { content: new Uint8Array(tbsCertListRaw), algorithm, signature: new Uint8Array(signature) };
}

function malformed(cause?: unknown): CryptoError {
  return new CryptoError("ERR_CRL_MALFORMED", "not a revocation list: PEM or DER of an X.509 CRL is read", { cause });
}
