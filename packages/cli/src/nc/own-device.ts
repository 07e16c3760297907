import { mkdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { DEFAULT_RSA_BITS, generateEcIdentity, type Identity } from "@hashmere/crypto";
import { makeCertificate } from "../cert/make.ts";
import type { CommandContext } from "../command-context.ts";
import { openSavedIdentity } from "../identity/open-identity.ts";
import type { PasswordOptions } from "../identity/password.ts";
import type { Output } from "../output/output.ts";

/** Where this user's settings are. */
export function configFolder(): string {
  return join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "hashmere");
}

/** Prefix of the files of this user's device, where no other is named. */
export function defaultDevice(): string {
  return join(configFolder(), "device");
}

/**
 * The identity of this device. At the first run it is made: `prefix.pem`, which only its owner can read, and `prefix.crt`.
 * @throws CryptoError for files that can't be read or written, or don't belong together
 */
export async function ownDevice(
  prefix: string,
  password: PasswordOptions,
  context: CommandContext,
  output: Output,
): Promise<Identity> {
  if (await isThere(`${prefix}.pem`)) return openSavedIdentity(prefix, password, context);
  output.chatter(`making an identity for this device, once: ${prefix}.pem, which only you can read`);
  await mkdir(dirname(prefix), { recursive: true, mode: 0o700 });
  // Peers take no device that vouches for itself. Whom this authority has vouched for, nobody asks: it is not kept.
  const issuer = await generateEcIdentity("Hashmere");
  return makeCertificate({
    name: "device",
    prefix,
    issuer,
    isCa: false,
    key: { bits: DEFAULT_RSA_BITS },
    days: undefined,
    password: "",
    overwrite: false,
  });
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    return false;
  }
}
