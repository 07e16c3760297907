import type { Candidate, CandidateType } from "./candidate.ts";
import type { LocalCandidate } from "./candidate-source.ts";
import { trimCandidates } from "./description.ts";
import { COMPONENT, candidatePriority, foundationOf } from "./priority.ts";

/** A candidate of ours as the other side sees it, and the socket behind it. */
export interface OfferedCandidate extends Candidate, Pick<LocalCandidate, "base" | "isMapped"> {
  /** Its place among all, which its checks tell the other side. */
  readonly index: number;
}

/** First what DHTNet has too, in the order in which it has it. */
const KINDS = ["tcp", "simultaneous open", "udp"] as const;

const TYPES: readonly CandidateType[] = ["host", "srflx", "prflx", "relay"];

/** DHTNet counts server-reflexive candidates after its two listening sockets. */
const FIRST_REFLEXIVE_RANK = 2;

/** UDP comes after TCP of the same type: a stream of the system's is faster than one that is made of datagrams here. */
const FIRST_UDP_RANK = 32_768;

/**
 * Orders what the sources have found and gives it priorities and foundations as DHTNet does: what it has no use for comes
 * last, which is simultaneous open and UDP; then host, server-reflexive, relayed; IPv4 before IPv6; else as it was added.
 */
export function offerCandidates(found: readonly LocalCandidate[]): readonly OfferedCandidate[] {
  const ordered = found.toSorted(
    (a, b) =>
      KINDS.indexOf(kindOf(a)) - KINDS.indexOf(kindOf(b)) ||
      TYPES.indexOf(a.type) - TYPES.indexOf(b.type) ||
      (a.type === "host" ? a.address.family - b.address.family : 0),
  );
  const ranks = new Map<string, number>();
  const offered = ordered.map((candidate, index) => {
    const { transport, type, address, tcpType, base, isMapped, extensions = new Map() } = candidate;
    const list = `${transport} ${type} ${type === "host" ? address.family : ""}`;
    const rank =
      ranks.get(list) ?? (transport === "udp" ? FIRST_UDP_RANK : 0) + (type === "srflx" ? FIRST_REFLEXIVE_RANK : 0);
    ranks.set(list, rank + 1);
    return {
      foundation: foundationOf(type, type === "srflx" ? base.local : address, transport),
      component: COMPONENT,
      transport,
      priority: candidatePriority(type, rank),
      address,
      type,
      tcpType,
      extensions,
      base,
      isMapped,
      index,
    };
  });
  return trimCandidates(offered);
}

function kindOf({ transport, tcpType }: LocalCandidate): (typeof KINDS)[number] {
  if (transport === "udp") return "udp";
  return tcpType === "so" ? "simultaneous open" : "tcp";
}
