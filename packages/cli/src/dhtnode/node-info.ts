import type { DhtRunner } from "@hashmere/dht";
import { idsOf } from "../identity/key-ids.ts";
import { formatBytes } from "../output/bytes.ts";

/** Who this node is and what it holds, a line each, in dhtnode's words. */
export function describeNode(node: DhtRunner): string {
  const info = node.getNodeInfo();
  return [
    `OpenDHT node ${info.nodeId} running on ${describePorts(info.port4, info.port6)}`,
    ...([4, 6] as const).flatMap((family) => node.getSocketError(family)?.message ?? []),
    ...describeKey(node),
    `Storage: ${info.storageValues} values, ${formatBytes(info.storageSize)}`,
    `Local storage: ${info.localStorageValues} values, ${formatBytes(info.localStorageSize)}`,
    `Ongoing operations: ${info.ongoingOperations}`,
  ].join("\n");
}

function describePorts(port4: number, port6: number): string {
  if (port4 === port6) return `port ${port4}`;
  return `IPv4 port ${port4}, IPv6 port ${port6}`;
}

/** The short id in dhtnode's words; people with a newer dhtnode ask for the long one. */
function describeKey({ publicKey }: DhtRunner): string[] {
  if (publicKey === null) return [];
  const { id, longId } = idsOf(publicKey);
  return [`Public key ID ${id}`, `Public key long ID ${longId}`];
}
