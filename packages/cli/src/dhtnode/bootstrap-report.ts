import type { DhtRunner } from "@hashmere/dht";
import { stopwatch } from "../output/duration.ts";

/** Tells, once per loss, that no bootstrap host answers, and what that may mean. The node itself goes on trying. */
export function reportSilence(node: DhtRunner, hosts: readonly string[], complain: (text: string) => void): void {
  if (hosts.length === 0) return;
  const elapsed = stopwatch();
  let isReported = false;
  node.addEventListener("statuschange", () => {
    if (node.status === "connected") isReported = false;
    if (node.status !== "disconnected" || node.state !== "running" || isReported) return;
    isReported = true;
    complain(
      `no answer from ${hosts.join(", ")} (${elapsed()}). Is a node of the same network running there, and its UDP port open? Trying again, with growing pauses …`,
    );
  });
}
