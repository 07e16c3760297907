import type { Timer } from "@hashmere/dht";
import { formatTransportAddress, sameTransportAddress, scopeOf } from "../address/index.ts";
import type { Candidate } from "./candidate.ts";
import type { IceFlow } from "./flow.ts";
import type { OfferedCandidate } from "./local-candidates.ts";
import { COMPONENT, comparePriorities, type PairPriority, pairPriority } from "./priority.ts";

export type IceRole = "controlling" | "controlled";

/**
 * `waiting` for its turn, `dialling` until its TCP connection is open, `checking` until its request is answered,
 * `pausing` before it dials again.
 */
export type PairState = "waiting" | "dialling" | "checking" | "pausing" | "succeeded" | "failed";

/** A candidate of ours and one of theirs, which may or may not reach each other (RFC 8445 §6.1.2). */
export class CandidatePair {
  readonly local: OfferedCandidate;
  readonly remote: Candidate;
  priority: PairPriority;
  state: PairState = "waiting";
  flow: IceFlow | undefined;
  /** The other side has chosen it. */
  isNominated = false;
  /** Their check has come and was answered. */
  isChecked = false;
  /** To be proposed as soon as no other frame is on its way. */
  isPostponed = false;
  /** Chosen, and used without frames. */
  isBare = false;
  /** How long its check took. */
  roundTripMs = 0;
  /** How many connections have been asked for. */
  dials = 0;
  /** When something is done about it if nothing comes: it is dialled again, or checked. */
  next: Timer | undefined;

  constructor(local: OfferedCandidate, remote: Candidate, role: IceRole) {
    this.local = local;
    this.remote = remote;
    this.priority = priorityOf(local, remote, role);
  }

  get isRelayed(): boolean {
    return this.local.type === "relay" || this.remote.type === "relay";
  }

  /** Whether something may still come of it. */
  get isPending(): boolean {
    return this.state !== "succeeded" && this.state !== "failed";
  }

  takeRole(role: IceRole): void {
    this.priority = priorityOf(this.local, this.remote, role);
  }
}

/** Best first: without a relay before with one, then by priority. */
export function comparePairs(a: CandidatePair, b: CandidatePair): number {
  return Number(a.isRelayed) - Number(b.isRelayed) || comparePriorities(a.priority, b.priority);
}

/** For the log. */
export function describePair({ local, remote }: CandidatePair): string {
  const [from, to] = [formatTransportAddress(local.address), formatTransportAddress(remote.address)];
  return `the way by ${local.transport} from ${local.type} ${from} to ${remote.type} ${to}`;
}

/** RFC 8445 §6.1.2.5 */
export const MAX_PAIRS = 100;

/**
 * All pairs that are worth a check from here, in the order in which they are checked: the best of each pair of
 * foundations first, as those resemble each other least (RFC 8445 §6.1.2.6), then by priority. Local candidates that can
 * only be dialled form none (RFC 6544 §6.2); those with the same base and remote address count once.
 */
export function formPairs(
  locals: readonly OfferedCandidate[],
  remotes: readonly Candidate[],
  role: IceRole,
): CandidatePair[] {
  const pairs: CandidatePair[] = [];
  for (const local of locals) {
    for (const remote of remotes) {
      if (!canCheck(local, remote) || pairs.some((pair) => isSamePair(pair, local, remote))) continue;
      pairs.push(new CandidatePair(local, remote, role));
    }
  }
  pairs.sort((a, b) => comparePriorities(a.priority, b.priority));
  const groups = new Set<string>();
  const isFirst = new Set<CandidatePair>();
  for (const pair of pairs) {
    const group = `${pair.local.foundation} ${pair.remote.foundation}`;
    if (!groups.has(group)) isFirst.add(pair);
    groups.add(group);
  }
  const [first, rest] = [pairs.filter((pair) => isFirst.has(pair)), pairs.filter((pair) => !isFirst.has(pair))];
  return [...first, ...rest].slice(0, MAX_PAIRS);
}

/** Whether the other side can open a connection to a relayed candidate of ours, though we can open none to it. */
export function canBeReachedByRelay(local: OfferedCandidate, remote: Candidate): boolean {
  return local.type === "relay" && isSameKind(local, remote) && remote.tcpType !== "so";
}

function canCheck(local: OfferedCandidate, remote: Candidate): boolean {
  if (!isSameKind(local, remote) || !mayBeThere(local, remote)) return false;
  if (local.transport === "udp") return true;
  if (local.tcpType === "so") return remote.tcpType === "so";
  return local.tcpType === "active" && remote.tcpType === "passive";
}

/**
 * A peer could name any address to have us knock there. What only this machine can reach is left alone, unless we offer
 * such an address ourselves (two devices on one machine), and so is what is no single machine's.
 */
function mayBeThere(local: OfferedCandidate, remote: Candidate): boolean {
  const scope = scopeOf(remote.address);
  return scope === "a machine" || (scope === "this machine" && scopeOf(local.address) === scope);
}

function isSameKind(local: OfferedCandidate, remote: Candidate): boolean {
  return (
    remote.component === COMPONENT &&
    local.transport === remote.transport &&
    local.address.family === remote.address.family &&
    remote.address.port !== 0
  );
}

/** From where a connection leaves is the system's choice, unless its port is fixed. */
function isSamePair(pair: CandidatePair, local: OfferedCandidate, remote: Candidate): boolean {
  const isSameBase = pair.local.base === local.base || (local.tcpType === "active" && pair.local.tcpType === "active");
  return isSameBase && sameTransportAddress(pair.remote.address, remote.address);
}

function priorityOf(local: Candidate, remote: Candidate, role: IceRole): PairPriority {
  return role === "controlling"
    ? pairPriority(local.priority, remote.priority)
    : pairPriority(remote.priority, local.priority);
}
