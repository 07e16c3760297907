import { type DhtError, DhtProtocolError, type PutResult } from "@hashmere/dht";
import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { counted } from "../output/counted.ts";
import type { OneShot } from "./with-node.ts";

/** Tells who has taken the value. @throws CommandError when nobody has taken the value */
export function reportPut(result: PutResult, { output, elapsed }: OneShot, interrupted: AbortSignal): void {
  const { ok, asked, acknowledged, refused, value, error } = result;
  interrupted.throwIfAborted();
  if (error !== undefined && !(error instanceof DhtProtocolError)) throw notPut(error);
  if (ok) {
    if (output.isJson) output.json({ id: value.id.toString(), asked, acknowledged, refused });
    else
      output.chatter(
        `stored on ${acknowledged} of ${counted(asked, "node")} (value id ${value.id.toString(16)}, ${elapsed()})`,
      );
    return;
  }
  if (refused > 0) {
    throw new CommandError({
      status: ExitStatus.refusedByPeer,
      code: "ERR_REFUSED",
      message: `${refused} of ${counted(asked, "node")} refused the value`,
      reason: `${error === undefined ? "" : `${error.message}. `}Its type has rules that it doesn't keep, or another value with this id may not be replaced.`,
      hint: "Choose another --id or --type.",
    });
  }
  throw new CommandError({
    status: ExitStatus.timedOut,
    code: "ERR_TIMED_OUT",
    message: `none of ${counted(asked, "node")} has confirmed the value in ${elapsed()}`,
    reason: "The network is slow or has been lost.",
    hint: "Try again, or wait longer with --timeout.",
  });
}

const STATUSES: Readonly<Record<string, ExitStatus>> = {
  ERR_CERTIFICATE_NOT_FOUND: ExitStatus.nothingFound,
  ERR_PROXY_REFUSED: ExitStatus.refusedByPeer,
  ERR_PROXY_TIMEOUT: ExitStatus.timedOut,
};

/** Why a value could not be signed or encrypted, or what a proxy has against it. */
function notPut(cause: DhtError): CommandError {
  const { code, message } = cause;
  const isUnknown = code === "ERR_CERTIFICATE_NOT_FOUND";
  return new CommandError({
    status: STATUSES[code] ?? ExitStatus.couldNotStart,
    code,
    message,
    hint: isUnknown
      ? "A node with that key publishes its certificate while it runs. Nodes of OpenDHT before 3.5 go by the short id, later ones by the long one."
      : undefined,
    cause,
  });
}
