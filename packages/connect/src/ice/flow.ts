import { sameTransportAddress, type TransportAddress } from "../address/index.ts";
import type { Candidate } from "./candidate.ts";
import type { LocalCandidate } from "./candidate-source.ts";
import type { OfferedCandidate } from "./local-candidates.ts";

/** What checks travel on: a TCP connection, or a UDP socket with one address behind it. */
export interface IceFlow {
  readonly base: LocalCandidate["base"];
  readonly remote: TransportAddress;
  /** A TCP socket of the system's, which TLS can use as it is. */
  readonly canBeBare?: boolean;
  /** Never throws: what can't be sent is lost, and {@link IceAgent.flowClosed} tells when nothing can. */
  send(message: Uint8Array): void;
}

/** What the agent asks of whoever holds the sockets. */
export interface IceSockets {
  /** Opens a TCP connection. `done` is called once, later, with undefined when there will be none. */
  dial(local: OfferedCandidate, remote: Candidate, done: (flow: IceFlow | undefined) => void): void;
  /** UDP needs no opening. */
  datagramFlow(local: OfferedCandidate, remote: TransportAddress): IceFlow;
}

/** A TCP connection is one object for its whole life; a UDP socket may get a new one for each datagram. */
export function isSameFlow(a: IceFlow, b: IceFlow): boolean {
  if (a === b) return true;
  return a.base.kind === "datagram" && a.base === b.base && sameTransportAddress(a.remote, b.remote);
}
