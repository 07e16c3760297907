import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { counted } from "../output/counted.ts";

export interface EmptyLookup {
  /** As in `no value at "key"`. */
  readonly what: string;
  /** The nodes closest to the key were asked. */
  readonly ok: boolean;
  readonly nodesAsked: number;
  readonly isTimeOver: boolean;
  readonly elapsed: string;
}

/** Why a lookup has come back with nothing. */
export function nothingFound({ what, ok, nodesAsked, isTimeOver, elapsed }: EmptyLookup): CommandError {
  if (isTimeOver) {
    return new CommandError({
      status: ExitStatus.timedOut,
      code: "ERR_TIMED_OUT",
      message: `${what} within ${elapsed}`,
      reason: "Not every node that might hold one has answered yet.",
      hint: "Wait longer with --timeout.",
    });
  }
  if (!ok) {
    return new CommandError({
      status: ExitStatus.noNetwork,
      code: "ERR_NO_NETWORK",
      message: `${what}: no node could be asked (${elapsed})`,
      reason: "The connection to the network has been lost.",
      hint: "Try again, or name another way in with --bootstrap.",
    });
  }
  return new CommandError({
    status: ExitStatus.nothingFound,
    code: "ERR_NOTHING_FOUND",
    // A proxy doesn't tell whom it has asked.
    message: nodesAsked > 0 ? `${what} (asked ${counted(nodesAsked, "node")} in ${elapsed})` : `${what} (${elapsed})`,
    reason: "None has been put there, or it has expired: values live for ten minutes unless their type says otherwise.",
    hint: "Check the spelling of the key; `hashmere put --permanent` keeps a value alive.",
  });
}
