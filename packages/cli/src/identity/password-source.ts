import { once } from "node:events";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { CryptoError } from "@hashmere/crypto";

/** Longest file that is read for a password, and longest first line of an input. */
const MAX_PASSWORD_BYTES = 4096;
const NEWLINE = 0x0a;

/** The first line of a file. @throws CryptoError `ERR_FILE` when it can't be read, or is longer than a password */
export async function passwordInFile(file: string): Promise<string> {
  try {
    await using handle = await open(file, "r");
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_PASSWORD_BYTES + 1), { position: null });
    if (bytesRead <= MAX_PASSWORD_BYTES) return firstLine(buffer.subarray(0, bytesRead));
  } catch (cause) {
    throw new CryptoError("ERR_FILE", `${file} can't be read: does it exist, and may you read it?`, { cause });
  }
  throw tooLong(file);
}

/** The first line of an input; what follows it stays there to be read. @throws CryptoError `ERR_FILE` when it is too long */
export async function passwordInInput(input: Readable): Promise<string> {
  let bytes = Buffer.alloc(0);
  while (!bytes.includes(NEWLINE)) {
    const chunk: Buffer | string | null = input.read();
    if (chunk !== null) bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
    else if (input.readableEnded || input.destroyed) break;
    else await Promise.race([once(input, "readable"), once(input, "end")]);
    if (bytes.length > MAX_PASSWORD_BYTES && !bytes.subarray(0, MAX_PASSWORD_BYTES).includes(NEWLINE))
      throw tooLong("standard input");
  }
  const end = bytes.indexOf(NEWLINE);
  if (end >= 0 && end + 1 < bytes.length) input.unshift(bytes.subarray(end + 1));
  return firstLine(bytes);
}

function firstLine(bytes: Buffer): string {
  return bytes.toString("utf8").split(/\r?\n/, 1)[0] ?? "";
}

function tooLong(source: string): CryptoError {
  return new CryptoError("ERR_FILE", `${source} is too large for a password`);
}
