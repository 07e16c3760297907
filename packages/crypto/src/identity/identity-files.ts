// Source: OpenDHT crypto layer §3.5.
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { CryptoError, DecryptError } from "../errors.ts";
import { createFile, replaceFile } from "../files/index.ts";
import { MAX_PRIVATE_KEY_BYTES, PrivateKey } from "../keys/private-key.ts";
import { Certificate, MAX_CHAIN_TEXT_BYTES } from "../x509/certificate.ts";
import type { Identity } from "../x509/issue.ts";

/** Only the owner reads a private key. */
const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;

/** How an identity is written. */
export interface SaveOptions {
  /** Protects the private key; empty for none. */
  readonly password?: string;
  /** Replaces files that exist. Default: false. */
  readonly overwrite?: boolean;
}

/** How private keys are opened. */
export interface LoadOptions {
  /** Of the private key. Default: none; a key without one is then read, a protected one refused. */
  readonly password?: string;
}

/**
 * Writes `path.pem` (the private key, readable by its owner only) and `path.crt` (the chain), as OpenDHT's tools do.
 * Files that exist are left alone unless `overwrite` is set; then each is replaced in one step.
 * @throws CryptoError `ERR_FILE_EXISTS`, `ERR_FILE`
 */
export async function saveIdentity(
  { key, certificate }: Identity,
  path: string,
  { password = "", overwrite = false }: SaveOptions = {},
): Promise<void> {
  const keyText = await key.serialize(password);
  if (overwrite) {
    await replace(`${path}.pem`, keyText, KEY_MODE);
    await replace(`${path}.crt`, certificate.pem(), CERTIFICATE_MODE);
    return;
  }
  await create(`${path}.pem`, keyText, KEY_MODE);
  try {
    await create(`${path}.crt`, certificate.pem(), CERTIFICATE_MODE);
  } catch (error) {
    await rm(`${path}.pem`, { force: true }); // written a moment ago: half an identity helps nobody
    throw error;
  }
}

/**
 * Reads `path.pem` and `path.crt`.
 * @throws CryptoError `ERR_FILE`, `ERR_KEY_MISMATCH` and those of {@link PrivateKey.fromEncrypted} and
 * {@link Certificate.from}
 */
export async function loadIdentity(path: string, { password = "" }: LoadOptions = {}): Promise<Identity> {
  return await loadIdentityFiles(`${path}.pem`, `${path}.crt`, { password });
}

/** {@link loadIdentity} from a key file and a chain file of any name. */
export async function loadIdentityFiles(
  keyFile: string,
  certificateFile: string,
  { password = "" }: LoadOptions = {},
): Promise<Identity> {
  const key = await loadPrivateKey(keyFile, { password });
  const certificate = await loadCertificate(certificateFile);
  if (!certificate.publicKey.equals(key.publicKey)) {
    throw new CryptoError("ERR_KEY_MISMATCH", "the certificate doesn't belong to the private key");
  }
  return { key, certificate };
}

/** Reads a private key, PEM or DER. @throws CryptoError `ERR_FILE` and those of {@link PrivateKey.fromEncrypted} */
export function loadPrivateKey(file: string, { password = "" }: LoadOptions = {}): Promise<PrivateKey> {
  return load(file, MAX_PRIVATE_KEY_BYTES, (bytes) => PrivateKey.fromEncrypted(bytes, password));
}

/** Reads a chain of PEM, or a DER certificate. @throws CryptoError `ERR_FILE` and those of {@link Certificate.from} */
export function loadCertificate(file: string): Promise<Certificate> {
  return load(file, MAX_CHAIN_TEXT_BYTES, (bytes) => Certificate.from(bytes));
}

async function create(file: string, text: string, mode: number): Promise<void> {
  try {
    await createFile(file, text, mode);
  } catch (cause) {
    throw isExisting(cause) ? existing(file, cause) : unwritable(file, cause);
  }
}

async function replace(file: string, text: string, mode: number): Promise<void> {
  try {
    await replaceFile(file, text, mode);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

async function load<T>(file: string, maxBytes: number, parse: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
  const bytes = await read(file, maxBytes);
  try {
    return await parse(bytes);
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    const { code, message } = error;
    throw new (error instanceof DecryptError ? DecryptError : CryptoError)(code, `${file}: ${message}`, {
      cause: error,
    });
  }
}

/** What seems to be a file may have no end, and tell no size. */
async function read(file: string, maxBytes: number): Promise<Uint8Array> {
  const bytes = await createReadStream(file, { end: maxBytes })
    .toArray()
    .then(Buffer.concat)
    .catch((cause: unknown) => Promise.reject(unreadable(file, cause)));
  if (bytes.length > maxBytes) throw new CryptoError("ERR_FILE", `${file} is too large for what it should hold`);
  return bytes;
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

function existing(file: string, cause: unknown): CryptoError {
  return new CryptoError("ERR_FILE_EXISTS", `${file} exists: choose another name, or ask to overwrite`, { cause });
}

function unreadable(file: string, cause: unknown): CryptoError {
  return new CryptoError("ERR_FILE", `${file} can't be read: does it exist, and may you read it?`, { cause });
}

function unwritable(file: string, cause: unknown): CryptoError {
  return new CryptoError("ERR_FILE", `${file} can't be written: does its folder exist, and may you write there?`, {
    cause,
  });
}
