import { ConnectError } from "@hashmere/connect";
import { CryptoError, type CryptoErrorCode } from "@hashmere/crypto";
import { DhtError, StateFileError } from "@hashmere/dht";
import type { ProxyServerError } from "@hashmere/proxy";
import { CommandError } from "./command-error.ts";
import { connectionFailed } from "./connect-failure.ts";
import { ExitStatus } from "./exit-status.ts";
import { PASSWORD_VARIABLE } from "./identity/password.ts";

/** What the user reads of an error. @throws the error itself when it is a fault of ours: its stack is wanted then */
export function toCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof ConnectError) return connectionFailed(error);
  if (error instanceof CryptoError) return keyFailed(error);
  if (isOfProxy(error)) return proxyFailed(error);
  if (error instanceof StateFileError || (error instanceof Error && "syscall" in error)) return fileFailed(error);
  if (!(error instanceof DhtError || error instanceof TypeError)) throw error;
  const code = error instanceof DhtError ? error.code : "ERR_WRONG_USE";
  return new CommandError({ status: ExitStatus.wrongUse, code, message: error.message, cause: error });
}

/** What the system refuses, as with a state file in a directory that isn't there. */
function fileFailed(cause: Error): CommandError {
  return new CommandError({
    status: ExitStatus.couldNotStart,
    code: "ERR_FILE",
    message: cause.message,
    hint: "Check the path and its permissions.",
    cause,
  });
}

/** Told by its name, because its class comes with a whole web server. */
function isOfProxy(error: unknown): error is ProxyServerError {
  return error instanceof Error && error.name === "ProxyServerError";
}

function proxyFailed(cause: ProxyServerError): CommandError {
  const { code, message } = cause;
  return new CommandError({ status: ExitStatus.couldNotStart, code, message, cause });
}

const KEY_HINTS: Partial<Record<CryptoErrorCode, string>> = {
  ERR_KEY_PASSWORD: `Put the right one in a file and name it with --privkey-password-file, or in the variable ${PASSWORD_VARIABLE}, or type it on a terminal.`,
  ERR_FILE_EXISTS: "A private key that is overwritten is lost for ever: choose another name.",
  ERR_KEY_MISMATCH: "Give the key and the certificate that were saved together.",
  ERR_ISSUER_NOT_CA: "`hashmere cert new NAME` without --issuer makes an authority.",
};

function keyFailed(cause: CryptoError): CommandError {
  const { code, message } = cause;
  return new CommandError({ status: ExitStatus.couldNotStart, code, message, hint: KEY_HINTS[code], cause });
}
