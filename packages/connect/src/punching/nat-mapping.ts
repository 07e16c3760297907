import type { TransportAddress } from "../address/index.ts";

/**
 * Which port of the router's outside leads to a socket of ours (RFC 4787 §4.1): `stable`, the same whomever we talk to;
 * `random`, another one for each peer; `unknown`, nobody could tell.
 */
export type NatMapping = "random" | "stable" | "unknown";

/** The word by which a candidate tells the other side; DHTNet reads over it. */
export const NAT_EXTENSION = "x-nat";

/** What servers at different addresses saw of one socket, as a verdict. */
export function natMapping(localPort: number, seen: readonly TransportAddress[]): NatMapping {
  const [first, second] = seen;
  if (!first) return "unknown";
  // One witness is enough for a router that keeps the port: one that draws ports would hardly have drawn this one.
  if (!second) return first.port === localPort ? "stable" : "unknown";
  return seen.every(({ address, port }) => address === first.address && port === first.port) ? "stable" : "random";
}

export function parseNatMapping(word: string | undefined): NatMapping {
  return word === "stable" || word === "random" ? word : "unknown";
}

/** What a side does when checks between the known addresses alone have not got through. */
export interface PunchingPlan {
  /** Send from many sockets to the peer's one address: one of the many ports may be the one that the peer guesses. */
  readonly scatters: boolean;
  /** Send from one socket to many ports of the peer's router. */
  readonly searches: boolean;
}

/**
 * Between a side whose port is stable and one whose ports are random, the one opens many ports and the other tries many:
 * by the birthday paradox a few hundred of each meet. Between two random sides there is nothing to guess.
 */
export function planPunching(ours: NatMapping, theirs: NatMapping): PunchingPlan {
  return {
    scatters: ours !== "stable" && theirs !== "random",
    searches: theirs !== "stable" && ours !== "random",
  };
}
