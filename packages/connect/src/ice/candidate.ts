import { sameTransportAddress, type TransportAddress } from "../address/index.ts";

export type CandidateType = "host" | "srflx" | "prflx" | "relay";
export type TcpType = "active" | "passive" | "so";

/** One address at which a side may be reached (RFC 8445 §5.1, TCP as in RFC 6544 §4.5). */
export interface Candidate {
  readonly foundation: string;
  readonly component: number;
  readonly transport: "tcp" | "udp";
  readonly priority: number;
  readonly address: TransportAddress;
  readonly type: CandidateType;
  /** Of TCP candidates alone. */
  readonly tcpType?: TcpType | undefined;
  /** Pairs of words after the candidate, which implementations that don't know them ignore. */
  readonly extensions: ReadonlyMap<string, string>;
}

/** Whether two lines of descriptions name the same place; priorities may have changed since. */
export function isSameCandidate(a: Candidate, b: Candidate): boolean {
  return a.transport === b.transport && a.tcpType === b.tcpType && sameTransportAddress(a.address, b.address);
}
