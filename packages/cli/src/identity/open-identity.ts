import { open } from "node:fs/promises";
import { CryptoError, type Identity, loadIdentityFiles, MAX_PRIVATE_KEY_BYTES, PrivateKey } from "@hashmere/crypto";
import type { CommandContext } from "../command-context.ts";
import { findPassword, type PasswordOptions } from "./password.ts";

/**
 * Reads a key and its certificate; for the password only where the key is protected.
 * @throws CryptoError for files that can't be read, are none, don't belong together, or don't open
 */
export async function openIdentity(
  keyFile: string,
  certificateFile: string,
  options: PasswordOptions,
  context: CommandContext,
): Promise<Identity> {
  return withPassword(keyFile, options, context, (password) =>
    loadIdentityFiles(keyFile, certificateFile, { password }),
  );
}

/** The same from `prefix.pem` and `prefix.crt`, which is how identities are saved. */
export async function openSavedIdentity(prefix: string, options: PasswordOptions, context: CommandContext) {
  return openIdentity(`${prefix}.pem`, `${prefix}.crt`, options, context);
}

/** A private key alone. @throws CryptoError as `openIdentity` does */
export async function openPrivateKey(
  file: string,
  options: PasswordOptions,
  context: CommandContext,
): Promise<PrivateKey> {
  const bytes = await readKeyFile(file);
  return withPassword(file, options, context, (password) => PrivateKey.fromEncrypted(bytes, password));
}

/** Reads with no password first, and then, if the key is protected, with the one that was given or is typed now. */
export async function withPassword<T>(
  keyFile: string,
  options: PasswordOptions,
  context: CommandContext,
  read: (password: string) => Promise<T>,
): Promise<T> {
  try {
    return await read("");
  } catch (error) {
    if (!(error instanceof CryptoError && error.code === "ERR_KEY_PASSWORD")) throw error;
    const password = await findPassword(options, keyFile, context);
    if (password === undefined) throw error;
    return read(password);
  }
}

async function readKeyFile(file: string): Promise<Uint8Array> {
  try {
    await using handle = await open(file, "r");
    // One byte more than a key may have: what is longer is refused as a key.
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_PRIVATE_KEY_BYTES + 1), { position: null });
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw new CryptoError("ERR_FILE", `${file} can't be read: does it exist, and may you read it?`, { cause });
  }
}
