import { formatRelativeTime } from "../log/index.ts";
import { NEVER, type Peer, type RoutingTable } from "../routing/index.ts";

/** The routing table as OpenDHT's tools print it: a line per bucket, and one per node below it. */
export function formatRoutingTable(table: RoutingTable, now: number): string {
  const lines: string[] = [];
  for (const { first, peers, repliedAt, candidate } of table.buckets) {
    const cached = candidate === undefined ? "" : " (cached)";
    lines.push(`${first} count: ${peers.length} updated: ${formatRelativeTime(repliedAt, now)}${cached}`);
    for (const peer of peers) lines.push(`    ${formatPeer(peer, now)}`);
  }
  return lines.join("\n");
}

function formatPeer(peer: Peer, now: number): string {
  const updated = formatRelativeTime(peer.heardAt, now);
  const replied = peer.repliedAt === NEVER ? "" : `, replied: ${formatRelativeTime(peer.repliedAt, now)}`;
  const state = peer.isExpired ? " [expired]" : peer.isGood(now) ? " [good]" : "";
  return `Node ${peer.id} ${peer.address} updated: ${updated}${replied}${state}`;
}
