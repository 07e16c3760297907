/**
 * - `connected`: somebody answers us
 * - `connecting`: somebody is known, or was asked
 * - `disconnected`: nobody is
 */
export type NodeStatus = "disconnected" | "connecting" | "connected";

const RANK: Readonly<Record<NodeStatus, number>> = { disconnected: 0, connecting: 1, connected: 2 };

/** The better of both families' status. */
export function combinedStatus(status4: NodeStatus, status6: NodeStatus): NodeStatus {
  return RANK[status4] >= RANK[status6] ? status4 : status6;
}
