import { addressToBytes, type TransportAddress } from "../address/index.ts";
import type { CandidateType } from "./candidate.ts";

/** The only component there is. */
export const COMPONENT = 1;

/** RFC 8445 §5.1.2.2 */
const TYPE_PREFERENCE: Readonly<Record<CandidateType, number>> = { host: 126, prflx: 110, srflx: 100, relay: 0 };

const MAX_LOCAL_PREFERENCE = 65_535;

/** RFC 8445 §5.1.2.1. `rank` counts from 0, the best. */
export function candidatePriority(type: CandidateType, rank: number): number {
  return TYPE_PREFERENCE[type] * 2 ** 24 + (MAX_LOCAL_PREFERENCE - rank) * 2 ** 8 + (256 - COMPONENT);
}

const FOUNDATION_LETTER: Readonly<Record<CandidateType, string>> = { host: "H", srflx: "S", prflx: "P", relay: "R" };

/**
 * Equal for candidates of the same type and base address, in DHTNet's form: `Ha4d0001` for a host at 10.77.0.1. Those of
 * UDP, which DHTNet doesn't have, end in `u`.
 */
export function foundationOf(type: CandidateType, base: TransportAddress, transport: "tcp" | "udp"): string {
  const bytes = addressToBytes(base);
  const number = bytes.reduce((sum, byte) => (Math.imul(sum, bytes.length === 4 ? 256 : 33) + byte) >>> 0, 0);
  return `${FOUNDATION_LETTER[type]}${number.toString(16)}${transport === "udp" ? "u" : ""}`;
}

/** What pairs are ordered by. */
export interface PairPriority {
  /** The lower and the higher one of the priorities of both candidates. */
  readonly lower: number;
  readonly higher: number;
  /** Whether the higher one is the controlling side's. */
  readonly isControllingHigher: boolean;
}

/** RFC 8445 §6.1.2.3, without computing the 64-bit number. */
export function pairPriority(controlling: number, controlled: number): PairPriority {
  return {
    lower: Math.min(controlling, controlled),
    higher: Math.max(controlling, controlled),
    isControllingHigher: controlling > controlled,
  };
}

/** Negative when `a` goes before `b`. */
export function comparePriorities(a: PairPriority, b: PairPriority): number {
  return b.lower - a.lower || b.higher - a.higher || Number(b.isControllingHigher) - Number(a.isControllingHigher);
}
