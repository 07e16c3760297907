// Source: OpenDHT crypto layer §3.1 to §3.3 (contents), §3.6 (validity), §4.4 (from a request).
import { randomBytes } from "node:crypto";
import {
  Certificate as AsnCertificate,
  type Extensions,
  type Name,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";
import { arrayBufferOf, decodeDer, encodeDer } from "../asn1/der.ts";
import { toHex } from "../bytes.ts";
import { CryptoError } from "../errors.ts";
import type { Digest } from "../keys/key-kind.ts";
import type { PrivateKey } from "../keys/private-key.ts";
import type { PublicKey } from "../keys/public-key.ts";
import { Certificate } from "./certificate.ts";
import type { CertificateRequest } from "./certificate-request.ts";
import { buildName } from "./distinguished-name.ts";
import { buildExtensions } from "./extensions.ts";
import { signatureAlgorithm, signStructure } from "./signature-algorithm.ts";

/** Ten years, the validity of a certificate for which none is asked. */
export const DEFAULT_VALIDITY_S = 315_360_000;
const SERIAL_BYTES = 8;

/** A private key and the certificate of its public half. */
export interface Identity {
  readonly key: PrivateKey;
  readonly certificate: Certificate;
}

/** For how long something signed is good. */
export interface IssueOptions {
  /** Seconds from now. Default: ten years. */
  readonly validity?: number;
  /** The time that counts as now. */
  readonly now?: Date;
}

/** What a certificate says, and who says it. */
export interface CertificateOptions extends IssueOptions {
  /** Common name. Default: "dhtnode". */
  readonly name?: string;
  /** Who signs. Default: the key itself. */
  readonly issuer?: Identity;
  /** Whether the certificate may sign others. Default: when nobody else signs it. */
  readonly isCa?: boolean;
}

interface Contents {
  readonly subject: Name;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly extensions?: Extensions;
}

/**
 * Makes a certificate for `key`, as OpenDHT does.
 * @throws CryptoError `ERR_ISSUER_NOT_CA`, `ERR_KEY_MISMATCH` (an issuer whose key is not that of its certificate)
 */
export function generateCertificate(
  key: PrivateKey,
  { name = "dhtnode", issuer, isCa = issuer === undefined, ...options }: CertificateOptions = {},
): Promise<Certificate> {
  const { publicKey } = key;
  const contents = {
    subject: buildName(name, toHex(publicKey.shortId())),
    publicKey: keyInfo(publicKey),
    extensions: buildExtensions(publicKey.shortId(), isCa),
  };
  return sign(contents, issuer ?? key, publicKey.preferredDigest(), options);
}

/**
 * Makes the certificate that a request asks for: its name and key, and no extensions.
 * @throws CryptoError `ERR_REQUEST_SIGNATURE`, `ERR_ISSUER_NOT_CA`, `ERR_KEY_MISMATCH`
 */
export async function certifyRequest(
  request: CertificateRequest,
  issuer: Identity,
  options: IssueOptions = {},
): Promise<Certificate> {
  if (!request.verify()) {
    throw new CryptoError("ERR_REQUEST_SIGNATURE", "the request is not signed by the key that it holds");
  }
  const contents = { subject: request.asnSubject(), publicKey: keyInfo(request.publicKey) };
  return await sign(contents, issuer, issuer.key.publicKey.preferredDigest(), options);
}

/**
 * The same certificate (key, names, extensions) with another validity from now on, which may be negative, and a new
 * serial number. Signed by `signer`: the issuer's identity, or the certificate's own key when it is self-signed.
 * @throws CryptoError `ERR_ISSUER_NOT_CA`, `ERR_KEY_MISMATCH`
 */
export async function renewCertificate(
  certificate: Certificate,
  signer: Identity | PrivateKey,
  validity: number,
  now = new Date(),
): Promise<Certificate> {
  const { tbsCertificate } = decodeDer(certificate.der, AsnCertificate);
  const contents = {
    subject: tbsCertificate.subject,
    publicKey: tbsCertificate.subjectPublicKeyInfo,
    ...(tbsCertificate.extensions && { extensions: tbsCertificate.extensions }),
  };
  const key = "key" in signer ? signer.key : signer;
  if (key === signer && !key.publicKey.equals(certificate.publicKey)) {
    throw new CryptoError("ERR_KEY_MISMATCH", "another key than the certificate's own needs its certificate, to sign");
  }
  return await sign(contents, signer, key.publicKey.preferredDigest(), { validity, now });
}

async function sign(
  { subject, publicKey, extensions }: Contents,
  signer: Identity | PrivateKey,
  digest: Digest,
  { validity = DEFAULT_VALIDITY_S, now = new Date() }: IssueOptions,
): Promise<Certificate> {
  const [key, issuer] = "key" in signer ? [signer.key, signer.certificate] : [signer, undefined];
  if (issuer !== undefined) requireAuthority(key, issuer);
  const algorithm = signatureAlgorithm(key.publicKey, digest);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: arrayBufferOf(randomSerial()),
    signature: algorithm,
    issuer: issuer === undefined ? subject : decodeDer(issuer.der, AsnCertificate).tbsCertificate.subject,
    validity: new Validity(period(now, validity)),
    subject,
    subjectPublicKeyInfo: publicKey,
    ...(extensions && { extensions }),
  });
  const signature = await signStructure(key, digest, encodeDer(tbsCertificate));
  const signed = new AsnCertificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: arrayBufferOf(signature),
  });
  return Certificate.issued(encodeDer(signed), issuer);
}

/** Refuses an issuer that may not sign others, or whose key is not that of its certificate. */
export function requireAuthority(key: PrivateKey, issuer: Certificate): void {
  if (!issuer.isCa) {
    throw new CryptoError("ERR_ISSUER_NOT_CA", "the signing certificate must be an authority (CA)");
  }
  if (!issuer.publicKey.equals(key.publicKey)) {
    throw new CryptoError("ERR_KEY_MISMATCH", "the private key of the issuer doesn't belong to its certificate");
  }
}

/** Certificates count whole seconds. */
function period(now: Date, validity: number): { notBefore: Date; notAfter: Date } {
  const start = Math.floor(now.getTime() / 1000);
  return { notBefore: new Date(start * 1000), notAfter: new Date((start + Math.trunc(validity)) * 1000) };
}

/** Positive, and as long as OpenDHT's: the first byte is neither zero nor has the top bit set. */
function randomSerial(): Uint8Array {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = 1 + ((serial[0] ?? 0) % 0x7f);
  return serial;
}

function keyInfo(key: PublicKey): SubjectPublicKeyInfo {
  return decodeDer(key.der(), SubjectPublicKeyInfo);
}
