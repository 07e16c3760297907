import type { DhtError, DhtRunner } from "@hashmere/dht";
import { stopwatch } from "./output/duration.ts";
import { TOKEN_VARIABLE } from "./proxy/options.ts";

/**
 * Tells, once per loss, that there is no way into the network, and what that may mean: no bootstrap host answers, or the
 * proxy that the node acts through at the time can't be used. The node itself goes on trying.
 */
export function reportSilence(node: DhtRunner, hosts: readonly string[], complain: (text: string) => void): void {
  let proxy = node.proxyServer;
  let elapsed = stopwatch();
  let isReported = false;
  const report = (text: string) => {
    isReported = true;
    complain(text);
  };
  const watchWay = () => {
    if (node.proxyServer === proxy) return;
    proxy = node.proxyServer;
    elapsed = stopwatch();
    isReported = false;
  };
  node.addEventListener("error", ({ error }) => {
    watchWay();
    if (proxy !== undefined && error.code.startsWith("ERR_PROXY_")) report(unusable(proxy, elapsed(), reasonOf(error)));
  });
  node.addEventListener("statuschange", () => {
    watchWay();
    if (node.status === "connected") isReported = false;
    if (node.status !== "disconnected" || node.state !== "running" || isReported) return;
    if (proxy !== undefined) report(unusable(proxy, elapsed(), LOST));
    else if (hosts.length > 0) report(silent(hosts, elapsed()));
  });
}

/** Where the client of the proxy has told no error (yet). */
const LOST = "has it lost its own network, or ended?";

function unusable(proxy: string, elapsed: string, reason: string): string {
  return `no way into the network through ${proxy} (${elapsed}): ${reason} Trying again every minute …`;
}

function reasonOf({ code, message }: DhtError): string {
  const sentence = message.endsWith("?") ? message : `${message}.`;
  return code === "ERR_PROXY_AUTHORIZATION" ? `${sentence} Its token goes into ${TOKEN_VARIABLE}.` : sentence;
}

function silent(hosts: readonly string[], elapsed: string): string {
  const question = "Is a node of the same network running there, and its UDP port open?";
  return `no answer from ${hosts.join(", ")} (${elapsed}). ${question} Trying again, with growing pauses …`;
}
