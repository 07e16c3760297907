import { access } from "node:fs/promises";
import {
  type CryptoError,
  generateNodeIdentity,
  type Identity,
  loadIdentityFiles,
  type NodeIdentity,
  saveIdentity,
} from "@hashmere/crypto";
import type { CommandContext } from "../command-context.ts";
import { CommandError, wrongUse } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { openIdentity, withPassword } from "../identity/open-identity.ts";
import { givenPassword } from "../identity/password.ts";
import type { DhtnodeOptions } from "./options.ts";

/**
 * The identity that the options ask for: one loaded, a new one (saved if that is asked for), or none.
 * @throws CommandError for options that don't go together; CryptoError for files that can't be read or are there already
 */
export async function nodeIdentity(options: DhtnodeOptions, context: CommandContext): Promise<Identity | undefined> {
  const { certificate, privkey, identity: isNew, saveIdentity: prefix } = options;
  if (certificate !== undefined || privkey !== undefined) {
    if (certificate === undefined || privkey === undefined) throw half();
    if (isNew || prefix !== undefined) throw bothNewAndOld();
    return openIdentity(privkey, certificate, options, context);
  }
  if (prefix !== undefined) return newIdentity(prefix, (await givenPassword(options)) ?? "");
  return isNew ? (await generateNodeIdentity()).identity : undefined;
}

/**
 * A password to be typed now, because the process in the background has no terminal; undefined when none is needed.
 * @throws CryptoError when the identity can't be loaded with it
 */
export async function daemonPassword(options: DhtnodeOptions, context: CommandContext): Promise<string | undefined> {
  const { certificate, privkey } = options;
  if (certificate === undefined || privkey === undefined || (await givenPassword(options)) !== undefined)
    return undefined;
  const password = await withPassword(privkey, options, context, async (password) => {
    await loadIdentityFiles(privkey, certificate, { password });
    return password;
  });
  return password === "" ? undefined : password;
}

async function newIdentity(prefix: string, password: string): Promise<Identity> {
  await requireFree(prefix); // before the seconds that a key takes
  const { ca, identity }: NodeIdentity = await generateNodeIdentity();
  await saveIdentity(identity, prefix, { password });
  await saveIdentity(ca, `${prefix}_ca`, { password });
  return identity;
}

async function requireFree(prefix: string): Promise<void> {
  for (const file of [`${prefix}.pem`, `${prefix}.crt`, `${prefix}_ca.pem`, `${prefix}_ca.crt`]) {
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (!exists) continue;
    throw new CommandError({
      status: ExitStatus.couldNotStart,
      code: "ERR_FILE_EXISTS" satisfies CryptoError["code"],
      message: `${file} exists, and a private key that is overwritten is lost for ever`,
      hint: `To use it: --certificate ${prefix}.crt --privkey ${prefix}.pem. For a new identity, choose another prefix.`,
    });
  }
}

function half(): CommandError {
  return wrongUse("an identity needs both --certificate and --privkey", "Name the file that is missing.");
}

function bothNewAndOld(): CommandError {
  return wrongUse(
    "a new identity (-i, --save-identity) and one from files (--certificate, --privkey) exclude each other",
    "Leave out one of them.",
  );
}
