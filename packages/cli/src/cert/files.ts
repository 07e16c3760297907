import { createReadStream } from "node:fs";
import { CryptoError, createFile, replaceFile } from "@hashmere/crypto";

/** Only the owner reads a private key. */
export const KEY_MODE = 0o600;
export const PUBLIC_MODE = 0o644;

/** Longest file that is read: a revocation list is the largest thing there is. */
const MAX_PUBLIC_FILE_BYTES = 1024 * 1024;

export interface SaveFileOptions {
  readonly mode: number;
  /** Replace a file that exists, in one step. */
  readonly overwrite: boolean;
}

/** @throws CryptoError `ERR_FILE_EXISTS`, `ERR_FILE` */
export async function saveFile(file: string, text: string, { mode, overwrite }: SaveFileOptions): Promise<void> {
  try {
    await (overwrite ? replaceFile : createFile)(file, text, mode);
  } catch (cause) {
    throw isCode(cause, "EEXIST") ? existing(file, cause) : unwritable(file, cause);
  }
}

/** @throws CryptoError `ERR_FILE` */
export async function readPublicFile(file: string): Promise<Uint8Array> {
  try {
    return Buffer.concat(await createReadStream(file, { end: MAX_PUBLIC_FILE_BYTES }).toArray());
  } catch (cause) {
    throw new CryptoError("ERR_FILE", `${file} can't be read: does it exist, and may you read it?`, { cause });
  }
}

/** The same, and undefined when there is no such file. */
export async function tryReadPublicFile(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readPublicFile(file);
  } catch (error) {
    if (error instanceof Error && isCode(error.cause, "ENOENT")) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function existing(file: string, cause: unknown): CryptoError {
  return new CryptoError("ERR_FILE_EXISTS", `${file} exists`, { cause });
}

function unwritable(file: string, cause: unknown): CryptoError {
  return new CryptoError("ERR_FILE", `${file} can't be written: does its folder exist, and may you write there?`, {
    cause,
  });
}
