import {
  type Certificate,
  CertificateRequest,
  CryptoError,
  certifyRequest,
  generateEcIdentity,
  generateIdentity,
  type Identity,
  PrivateKey,
  RevocationList,
  saveIdentity,
} from "@hashmere/crypto";
import { KEY_MODE, PUBLIC_MODE, readPublicFile, saveFile, tryReadPublicFile } from "./files.ts";

const SECONDS_PER_DAY = 86_400;

export interface NewCertificate {
  readonly name: string;
  /** Of the files `.pem` and `.crt`. */
  readonly prefix: string;
  readonly issuer: Identity | undefined;
  /** May it sign others? Default: when nobody else signs it. */
  readonly isCa: boolean | undefined;
  /** An elliptic curve key instead of an RSA one of so many bits. */
  readonly key: "ec" | { readonly bits: number };
  readonly days: number | undefined;
  /** Protects the key; empty for none. */
  readonly password: string;
  readonly overwrite: boolean;
}

/** A new key and its certificate, in files. @throws CryptoError `ERR_FILE_EXISTS`, `ERR_FILE`, `ERR_ISSUER_NOT_CA` */
export async function makeCertificate(wanted: NewCertificate): Promise<Identity> {
  const { name, prefix, issuer, isCa, key, days, password, overwrite } = wanted;
  if (!overwrite) await requireFree(`${prefix}.pem`, `${prefix}.crt`); // before the seconds that a key takes
  const options = {
    ...(issuer && { issuer }),
    ...(isCa !== undefined && { isCa }),
    ...validity(days),
  };
  const identity =
    key === "ec" ? await generateEcIdentity(name, options) : await generateIdentity(name, { ...options, ...key });
  await saveIdentity(identity, prefix, { password, overwrite });
  return identity;
}

export interface NewRequest {
  readonly name: string;
  /** Of the files `.csr` and, for a new key, `.pem`. */
  readonly prefix: string;
  /** Default: a new one. */
  readonly key: PrivateKey | undefined;
  readonly bits: number;
  readonly password: string;
  readonly overwrite: boolean;
}

/** A certificate request, and the key if that is new too, in files. @throws CryptoError as `makeCertificate` */
export async function makeRequest({ name, prefix, key: own, bits, password, overwrite }: NewRequest) {
  if (!overwrite) await requireFree(`${prefix}.csr`, ...(own ? [] : [`${prefix}.pem`]));
  const key = own ?? (await PrivateKey.generate(bits));
  const uid = Buffer.from(key.publicKey.shortId()).toString("hex");
  const request = await CertificateRequest.create(key, { name, uid });
  if (!own) await saveFile(`${prefix}.pem`, await key.serialize(password), { mode: KEY_MODE, overwrite });
  await saveFile(`${prefix}.csr`, request.pem(), { mode: PUBLIC_MODE, overwrite });
  return request;
}

export interface RequestToSign {
  readonly requestFile: string;
  readonly issuer: Identity;
  readonly certificateFile: string;
  readonly days: number | undefined;
  readonly overwrite: boolean;
}

/** The certificate that a request asks for, with its chain, in a file. */
export async function signRequest(wanted: RequestToSign): Promise<Certificate> {
  const request = CertificateRequest.from(await readPublicFile(wanted.requestFile));
  const certificate = await certifyRequest(request, wanted.issuer, validity(wanted.days));
  const { overwrite } = wanted;
  await saveFile(wanted.certificateFile, certificate.pem(), { mode: PUBLIC_MODE, overwrite });
  return certificate;
}

/**
 * Adds a certificate to its issuer's revocation list in a file, which is made if there is none.
 * @throws CryptoError `ERR_ISSUER_MISSING` when another has signed the certificate, `ERR_CRL_SIGNATURE` when another
 * has signed the list
 */
export async function revokeIn(file: string, certificate: Certificate, issuer: Identity): Promise<RevocationList> {
  if (!(certificate.namesIssuer(issuer.certificate) && certificate.isSignedBy(issuer.certificate.publicKey))) {
    throw new CryptoError("ERR_ISSUER_MISSING", "this authority has not signed the certificate: its issuer revokes it");
  }
  const known = await tryReadPublicFile(file);
  const previous = known && RevocationList.from(known);
  if (previous && !previous.isSignedBy(issuer.certificate)) {
    throw new CryptoError("ERR_CRL_SIGNATURE", `${file} is the revocation list of another authority`);
  }
  const list = await RevocationList.sign(issuer, { revoke: [{ certificate }], ...(previous && { previous }) });
  await saveFile(file, list.pem(), { mode: PUBLIC_MODE, overwrite: true });
  return list;
}

async function requireFree(...files: readonly string[]): Promise<void> {
  for (const file of files) {
    if ((await tryReadPublicFile(file)) !== undefined) throw new CryptoError("ERR_FILE_EXISTS", `${file} exists`);
  }
}

function validity(days: number | undefined): { readonly validity?: number } {
  return days === undefined ? {} : { validity: days * SECONDS_PER_DAY };
}
