import { KademliaError, SocketError } from "@hashmere/kademlia";
import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";

/** Runs what may fail by the user's choice of address, file or value. @throws CommandError in place of the library's errors */
export async function withUserErrors<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof KademliaError)) throw cause;
    const isStart = cause instanceof SocketError || cause.code === "ERR_STATE_FILE";
    throw new CommandError({
      status: isStart ? ExitStatus.couldNotStart : ExitStatus.wrongUse,
      code: cause.code,
      message: cause.message,
      hint: cause instanceof SocketError ? "Choose another port, or 0 for any free one." : undefined,
      cause,
    });
  }
}
