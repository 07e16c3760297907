// Source: OpenDHT crypto layer §3.5.
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { CryptoError } from "../errors.ts";
import { MAX_PRIVATE_KEY_BYTES, PrivateKey } from "../keys/private-key.ts";
import { Certificate, MAX_CHAIN_TEXT_BYTES } from "../x509/certificate.ts";
import type { Identity } from "../x509/issue.ts";

/** Only the owner reads a private key. */
const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;

export interface SaveOptions {
  /** Protects the private key; empty for none. */
  readonly password?: string;
  /** Replaces files that exist. Default: false. */
  readonly overwrite?: boolean;
}

export interface LoadOptions {
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
  const key = await PrivateKey.fromEncrypted(await read(keyFile, MAX_PRIVATE_KEY_BYTES), password);
  const certificate = Certificate.from(await read(certificateFile, MAX_CHAIN_TEXT_BYTES));
  if (!certificate.publicKey.equals(key.publicKey)) {
    throw new CryptoError("ERR_KEY_MISMATCH", "the certificate doesn't belong to the private key");
  }
  return { key, certificate };
}

async function create(file: string, text: string, mode: number): Promise<void> {
  try {
    await write(file, text, mode);
  } catch (cause) {
    throw isExisting(cause) ? existing(file, cause) : unwritable(file, cause);
  }
}

async function replace(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await write(draft, text, mode);
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw unwritable(file, cause);
  }
}

/** Writes a new file, whole or not at all. */
async function write(file: string, text: string, mode: number): Promise<void> {
  await using handle = await open(file, "wx", mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

async function read(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    await using handle = await open(file, "r");
    if ((await handle.stat()).size <= maxBytes) return await handle.readFile();
  } catch (cause) {
    throw unreadable(file, cause);
  }
  throw new CryptoError("ERR_FILE", `${file} is too large for what it should hold`);
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
