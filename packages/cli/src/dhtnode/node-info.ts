import type { DhtRunner } from "@hashmere/dht";
import { formatBytes } from "../output/bytes.ts";

/** Who this node is and what it holds, a line each, in dhtnode's words. */
export function describeNode(node: DhtRunner): string {
  const info = node.getNodeInfo();
  return [
    `OpenDHT node ${info.nodeId} running on ${describePorts(info.port4, info.port6)}`,
    `Storage: ${info.storageValues} values, ${formatBytes(info.storageSize)}`,
    `Local storage: ${info.localStorageValues} values, ${formatBytes(info.localStorageSize)}`,
    `Ongoing operations: ${info.ongoingOperations}`,
  ].join("\n");
}

function describePorts(port4: number, port6: number): string {
  if (port4 === port6 || port6 === 0) return `port ${port4}`;
  if (port4 === 0) return `port ${port6}`;
  return `IPv4 port ${port4}, IPv6 port ${port6}`;
}
