import { once } from "node:events";
import type { DhtRunner } from "@hashmere/dht";

/**
 * Lets what is under way come to its end, and saves the state: a script that ends its input right after its last
 * command still gets the answers. An interruption fails what is under way.
 */
export async function stop(node: DhtRunner, interrupted: AbortSignal): Promise<void> {
  await isSettled(node, interrupted);
  await node.shutdown({ stop: interrupted.aborted });
}

/** Operations wait for the outcome of the bootstrap, so the end does too. */
async function isSettled(node: DhtRunner, interrupted: AbortSignal): Promise<void> {
  while (node.status === "connecting" && node.getNodeInfo().ongoingOperations > 0 && !interrupted.aborted) {
    await once(node, "statuschange", { signal: interrupted }).catch(() => {}); // interrupted
  }
}
