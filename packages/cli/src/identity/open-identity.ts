import { CryptoError, type Identity, loadIdentityFiles, loadPrivateKey, type PrivateKey } from "@hashmere/crypto";
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
  return withPassword(file, options, context, (password) => loadPrivateKey(file, { password }));
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
