import type { Peer } from "../routing/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import type { FamilyState } from "./family-state.ts";

/** The good nodes, those of our own buckets first: in this order they bring a restarted node back soonest. */
export function exportNodes(families: readonly FamilyState[], now: number): NodeEntry[] {
  const near: Peer[] = [];
  const far: Peer[] = [];
  for (const { table } of families) {
    const own = table.bucketOf(table.ownId);
    for (const peer of table.goodPeers(now)) (own.peers.includes(peer) ? near : far).push(peer);
  }
  return [...near, ...far].map(({ id, address }) => ({ id, address }));
}
