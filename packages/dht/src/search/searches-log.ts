import { Hash } from "../id/index.ts";
import { formatRelativeTime } from "../log/index.ts";
import { NEVER, type Peer } from "../routing/index.ts";
import type { Delivery } from "./delivery.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";
import type { SearchTable } from "./search-table.ts";
import type { Subscription } from "./subscription.ts";

/** With more searches than that, the log has one line for each. */
const MAX_DETAILED_SEARCHES = 8;
const LEGEND = "s:synched, u:updated, a:announced, c:candidate, f:cur req, x:expired, *:known";
const HEADER = " Common bits    InfoHash                       Conn. Get   Ops  IP";

/** For logs: is the peer in the routing table? */
export type IsKnown = (peer: Peer) => boolean;

/** The text of OpenDHT's searches log for the tables given (at most one per family). */
export function searchesLog(tables: readonly SearchTable[], isKnown: IsKnown): string {
  const searches = tables.flatMap((table) => [...table]);
  const lines =
    searches.length > MAX_DETAILED_SEARCHES
      ? searches.map(({ key, host }) => `[search ${key} IPv${host.family}]`)
      : [LEGEND, ...searches.map((search) => searchLog(search, isKnown))];
  const count = (family: 4 | 6) => tables.find((table) => table.family === family)?.size ?? 0;
  lines.push(`Total: ${searches.length} searches (${count(4)} IPv4, ${count(6)} IPv6).`);
  return `${lines.join("\n")}\n`;
}

/** What the log says of one search: several lines. */
export function searchLog(search: Search, isKnown: IsKnown): string {
  const { key, host, nodes } = search;
  const { gets, announces, listens } = search.operations;
  const now = host.scheduler.now();
  const flags = [
    search.isDone ? " [done]" : "",
    search.isExpired ? " [expired]" : "",
    search.isSynced ? " [synced]" : " [not synced]",
    [...listens].length > 0 ? " [listening]" : "",
  ].join("");
  const lines = [
    `Search IPv${host.family} ${key} gets: ${gets.count} last step: ${formatRelativeTime(search.steppedAt, now)}${flags}`,
  ];
  if (gets.count > 0) lines.push("Queries:", ...gets.queries.map(String));
  for (const announce of announces) {
    lines.push(`Announcement: ${announce.value}${announce.outcome(now) === "announced" ? " [announced]" : ""}`);
  }
  lines.push(HEADER);
  for (const node of nodes) lines.push(nodeLine(search, node, isKnown(node.peer), now));
  return lines.join("\n");
}

function nodeLine(search: Search, node: SearchNode, isKnown: boolean, now: number): string {
  const { peer } = node;
  const commonBits = String(Hash.commonBits(search.key, peer.id)).padStart(3);
  const get = node.isCandidate ? "c" : node.isAsked ? "f" : " ";
  const sync = peer.isExpired ? "x" : node.isSynced(now) ? "s" : node.syncedUntil === NEVER ? "-" : "u";
  const listens = [...search.operations.listens]
    .map((operation) => listenLetter(operation.subscriptionAt(node)))
    .join("");
  const announces = [...search.operations.announces]
    .map((announce) => announceLetter(announce.getDelivery(node)))
    .join("");
  const known = isKnown ? "*" : " ";
  return `${commonBits} ${peer.id} ${known} [${get}${sync}] [${listens}] ${announces} ${peer.address}`;
}

function listenLetter(subscription: Subscription | undefined): string {
  if (subscription?.isUnderWay) return "f";
  return subscription?.isSynced ? "l" : " ";
}

/** The letters of request states: under way, answered, failed. */
function announceLetter(delivery: Delivery | undefined): string {
  if (delivery === undefined) return " ";
  if (delivery.isUnderWay) return "f";
  return delivery.isAcknowledged ? "a" : "e";
}
