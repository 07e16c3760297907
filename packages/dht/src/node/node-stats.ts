import type { InfoHash } from "../id/index.ts";
import type { FamilyState } from "./family-state.ts";

/** A node's place in the network of one family. */
export interface NodeStats {
  /** Nodes in the routing table that answer. */
  readonly goodNodes: number;
  /** Nodes in the routing table that neither answer nor are known to be dead. */
  readonly dubiousNodes: number;
  /** Nodes that would like to come into the routing table. */
  readonly cachedNodes: number;
  /** Good nodes from whom something other than a reply came last. */
  readonly incomingNodes: number;
  /** Depth of the bucket that holds our own id. */
  readonly tableDepth: number;
  readonly searches: number;
  /** All nodes remembered, in use or not. */
  readonly nodeCacheSize: number;
}

/** What a node does and holds. Sizes are bytes: those of values by `Value.size`, and their owners' keys. */
export interface NodeInfo {
  readonly nodeId: InfoHash;
  readonly ipv4: NodeStats;
  readonly ipv6: NodeStats;
  /** Operations of the user under way. */
  readonly ongoingOperations: number;
  readonly storageValues: number;
  readonly storageSize: number;
  readonly localStorageValues: number;
  readonly localStorageSize: number;
  /** Ports bound; 0 where there is none. */
  readonly port4: number;
  readonly port6: number;
}

const NOWHERE: NodeStats = {
  goodNodes: 0,
  dubiousNodes: 0,
  cachedNodes: 0,
  incomingNodes: 0,
  tableDepth: 0,
  searches: 0,
  nodeCacheSize: 0,
};

/** All zero for a family without socket. */
export function nodeStats(family: FamilyState | undefined, now: number): NodeStats {
  if (family === undefined) return NOWHERE;
  const table = family.table.stats(now);
  return {
    goodNodes: table.good,
    dubiousNodes: table.dubious,
    cachedNodes: table.cached,
    incomingNodes: table.incoming,
    tableDepth: table.depth,
    searches: family.searches.size,
    nodeCacheSize: family.peers.size,
  };
}

/** How many nodes the network seems to have; undefined where the table is too shallow to tell. */
export function networkSizeEstimate({ tableDepth }: NodeStats): number | undefined {
  return tableDepth > 1 ? 8 * 2 ** tableDepth : undefined; // node behaviour §16
}

/** As OpenDHT's tools print them. */
export function formatNodeStats(stats: NodeStats): string {
  const { goodNodes, dubiousNodes, incomingNodes, searches, nodeCacheSize, tableDepth } = stats;
  const lines = [
    `Known nodes: ${goodNodes} good, ${dubiousNodes} dubious, ${incomingNodes} incoming.`,
    `${searches} searches, ${nodeCacheSize} total cached nodes`,
  ];
  const size = networkSizeEstimate(stats);
  if (size !== undefined) lines.push(`Routing table depth: ${tableDepth}`, `Network size estimation: ${size} nodes`);
  return lines.join("\n");
}

/** With the field names of OpenDHT's JSON. */
export function nodeStatsToJson(stats: NodeStats): Record<string, number> {
  const { goodNodes, dubiousNodes, incomingNodes, tableDepth } = stats;
  const size = networkSizeEstimate(stats);
  return {
    good: goodNodes,
    dubious: dubiousNodes,
    incoming: incomingNodes,
    ...(size !== undefined && { table_depth: tableDepth, network_size_estimation: size }),
  };
}

/** With the field names of OpenDHT's JSON. `id` is that of the node's public key, left out without one. */
export function nodeInfoToJson(info: NodeInfo, id?: InfoHash): Record<string, unknown> {
  return {
    ...(id !== undefined && !id.isZero() && { id: id.toString() }),
    node_id: info.nodeId.toString(),
    ipv4: nodeStatsToJson(info.ipv4),
    ipv6: nodeStatsToJson(info.ipv6),
    ops: info.ongoingOperations,
    storage_values: info.storageValues,
    storage_size: info.storageSize,
    local_storage_values: info.localStorageValues,
    local_storage_size: info.localStorageSize,
    port_ipv4: info.port4,
    port_ipv6: info.port6,
  };
}
