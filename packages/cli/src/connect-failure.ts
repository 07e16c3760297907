import type { ConnectError, ConnectErrorCode } from "@hashmere/connect";
import { CommandError } from "./command-error.ts";
import { ExitStatus } from "./exit-status.ts";

/** What each failure to reach a device, or to stay connected, means to a script. */
const STATUSES: Readonly<Record<ConnectErrorCode, ExitStatus>> = {
  ERR_INVALID_ID: ExitStatus.wrongUse,
  ERR_SELF: ExitStatus.wrongUse,
  ERR_MESSAGE_TOO_LONG: ExitStatus.wrongUse,
  ERR_LIMIT: ExitStatus.couldNotStart,
  ERR_CLOSED: ExitStatus.couldNotStart,
  ERR_NO_NETWORK: ExitStatus.noNetwork,
  ERR_NO_PATH: ExitStatus.noNetwork,
  ERR_LINK_LOST: ExitStatus.noNetwork,
  ERR_NO_CERTIFICATE: ExitStatus.nothingFound,
  ERR_BAD_CERTIFICATE: ExitStatus.refusedByPeer,
  ERR_CLOSED_BY_PEER: ExitStatus.refusedByPeer,
  ERR_DECLINED: ExitStatus.refusedByPeer,
  ERR_PROTOCOL: ExitStatus.refusedByPeer,
  ERR_REFUSED: ExitStatus.refusedByPeer,
  ERR_TLS: ExitStatus.refusedByPeer,
  ERR_NO_ANSWER: ExitStatus.timedOut,
  ERR_TIMED_OUT: ExitStatus.timedOut,
};

/** The same for the help of commands that reach devices. */
export const STATUSES_IN_WORDS =
  "Exit status: 3 no network or no path, 4 nobody of that id, 5 refused, declined or closed by the peer, 6 no answer.";

export function connectionFailed(cause: ConnectError): CommandError {
  const { code, message, hint } = cause;
  return new CommandError({ status: STATUSES[code], code, message, hint: hint || undefined, cause });
}
