import { InfoHash, type KeyId, PkId } from "@hashmere/dht";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { openSavedIdentity } from "./open-identity.ts";
import { addPasswordOptions, type PasswordOptions } from "./password.ts";

/** Options of commands that act as somebody. */
export interface OwnIdentityOptions extends PasswordOptions {
  /** Of files saved before: `prefix.pem` and `prefix.crt`. */
  readonly identity?: string;
}

export function addIdentityOptions(command: Command, purpose: string): Command {
  return addPasswordOptions(
    command.addOption(new Option("-i, --identity <prefix>", `${purpose}: the files <prefix>.pem and <prefix>.crt`)),
  );
}

/** @throws CryptoError as `openIdentity` does */
export async function ownIdentity({ identity, ...password }: OwnIdentityOptions, context: CommandContext) {
  return identity === undefined ? undefined : openSavedIdentity(identity, password, context);
}

/** The id of somebody's key, short (40 hexadecimal digits) or long (64); undefined for anything else. */
export function tryParseKeyId(text: string): KeyId | undefined {
  if (!/^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(text)) return undefined;
  return text.length === 2 * InfoHash.BYTES ? InfoHash.fromHex(text) : PkId.fromHex(text);
}

/** Parser for the option that names a recipient. */
export function keyId(text: string): KeyId {
  const id = tryParseKeyId(text);
  if (id === undefined) throw new InvalidArgumentError("It must be the id of a key: 40 or 64 hexadecimal digits.");
  return id;
}
