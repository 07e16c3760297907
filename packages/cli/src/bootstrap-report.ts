import type { DhtRunner } from "@hashmere/dht";
import { stopwatch } from "./output/duration.ts";

const OF_NODES = "Is a node of the same network running there, and its UDP port open?";
/** What to ask oneself where the way into the network is a proxy. */
export const OF_PROXIES = "Is a proxy running there, and has it a network itself?";

/** Tells, once per loss, that no bootstrap host answers, and what that may mean. The node itself goes on trying. */
export function reportSilence(
  node: DhtRunner,
  hosts: readonly string[],
  complain: (text: string) => void,
  question = OF_NODES,
): void {
  if (hosts.length === 0) return;
  const elapsed = stopwatch();
  let isReported = false;
  node.addEventListener("statuschange", () => {
    if (node.status === "connected") isReported = false;
    if (node.status !== "disconnected" || node.state !== "running" || isReported) return;
    isReported = true;
    complain(`no answer from ${hosts.join(", ")} (${elapsed()}). ${question} Trying again, with growing pauses …`);
  });
}
