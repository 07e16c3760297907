import { type DhtErrorEvent, DhtRunner, type DhtRunnerConfig, SocketError } from "@hashmere/dht";
import { CommandError } from "./command-error.ts";
import { ExitStatus } from "./exit-status.ts";

/**
 * A node, running.
 * @param complain told what went wrong at the start, and didn't end it: a family without socket, an unreadable state file
 * @throws CommandError when no socket can be opened
 */
export async function startNode(
  config: DhtRunnerConfig,
  complain: (text: string) => void = () => {},
): Promise<DhtRunner> {
  const node = new DhtRunner();
  const onError = ({ error }: DhtErrorEvent) => complain(error.message);
  node.addEventListener("error", onError);
  try {
    await node.run(config);
    return node;
  } catch (cause) {
    throw cause instanceof SocketError ? socketFailed(cause) : cause;
  } finally {
    node.removeEventListener("error", onError);
  }
}

export function socketFailed(cause: SocketError): CommandError {
  return new CommandError({
    status: ExitStatus.couldNotStart,
    code: cause.code,
    message: cause.message,
    hint: "Choose another port with --port, or leave it out for any free one.",
    cause,
  });
}
