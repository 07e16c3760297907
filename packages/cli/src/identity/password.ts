import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { passwordInFile } from "./password-source.ts";
import { promptPassword } from "./prompt-password.ts";

/** Holds a password for scripts: neither the list of processes nor the shell's history shows it. */
export const PASSWORD_VARIABLE = "HASHMERE_KEY_PASSWORD";

export interface PasswordOptions {
  readonly privkeyPassword?: string;
  readonly privkeyPasswordFile?: string;
}

/** @param flags as they are called; dhtnode has a short form too */
export function addPasswordOptions(command: Command, flags = "--privkey-password <text>"): Command {
  return command
    .addOption(new Option(flags, "password of the private key; other users of this machine can see it here"))
    .addOption(
      new Option(
        "--privkey-password-file <path>",
        `read that password from the first line of a file (other ways: the variable ${PASSWORD_VARIABLE}, or a terminal)`,
      ).conflicts("privkeyPassword"),
    );
}

/**
 * The password that was given: as an option, in a file, or in the environment; undefined when there is none.
 * @throws CryptoError `ERR_FILE` when the file can't be read
 */
export async function givenPassword({ privkeyPassword, privkeyPasswordFile }: PasswordOptions) {
  if (privkeyPasswordFile !== undefined) return passwordInFile(privkeyPasswordFile);
  return (privkeyPassword ?? process.env[PASSWORD_VARIABLE]) || undefined;
}

/** The password that was given, or else typed; undefined when nobody can be asked. */
export async function findPassword(options: PasswordOptions, what: string, context: CommandContext) {
  return (await givenPassword(options)) ?? (await promptPassword(`Password of ${what}: `, context));
}
