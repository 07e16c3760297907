import type { Readable } from "node:stream";
import { parseTurnHost } from "@hashmere/connect";
import { type Command, Option } from "commander";
import { passwordInFile, passwordInInput } from "../identity/password-source.ts";
import type { NcSettings } from "./settings.ts";

/** Holds the password for a relay: neither the list of processes nor the shell's history shows it. */
export const TURN_PASSWORD_VARIABLE = "HASHMERE_TURN_PASSWORD";

/** A relay as the user names it. */
export interface TurnSettings {
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** `-`: the first line of standard input. */
  readonly passwordFile: string | undefined;
  readonly realm: string | undefined;
}

/** @param clash the option, as commander calls it, that tells the password itself */
export function addTurnPasswordFile(command: Command, clash: string): Command {
  return command.addOption(
    new Option(
      "--turn-password-file <path>",
      `read the relay's password from the first line of a file, or of standard input (-); or set ${TURN_PASSWORD_VARIABLE}`,
    ).conflicts(clash),
  );
}

/**
 * The relay to use; undefined for none.
 * @throws CryptoError `ERR_FILE` when the password can't be read; TypeError for a host that is none
 */
export async function relayOf(
  { host, user = "", password, passwordFile, realm }: TurnSettings,
  stdin: Readable,
): Promise<NcSettings["turn"]> {
  if (!host) return undefined;
  const fromFile =
    passwordFile === undefined
      ? undefined
      : await (passwordFile === "-" ? passwordInInput(stdin) : passwordInFile(passwordFile));
  return {
    ...parseTurnHost(host),
    username: user,
    password: fromFile ?? password ?? process.env[TURN_PASSWORD_VARIABLE] ?? "",
    realm: realm || undefined,
  };
}
