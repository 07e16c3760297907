import { DhtRunner, type DhtRunnerConfig, SocketError } from "@hashmere/dht";
import { CommandError } from "./command-error.ts";
import { ExitStatus } from "./exit-status.ts";

/** @throws CommandError when no socket can be opened */
export async function startNode(config: DhtRunnerConfig): Promise<DhtRunner> {
  try {
    return await DhtRunner.run(config);
  } catch (cause) {
    if (!(cause instanceof SocketError)) throw cause;
    throw new CommandError({
      status: ExitStatus.couldNotStart,
      code: cause.code,
      message: cause.message,
      hint: "Choose another port with --port, or leave it out for any free one.",
      cause,
    });
  }
}
