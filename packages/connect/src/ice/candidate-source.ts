import type { Duplex } from "node:stream";
import type { Logger } from "@hashmere/dht";
import type { TransportAddress } from "../address/index.ts";
import type { Candidate } from "./candidate.ts";
import type { IceDescription } from "./description.ts";

/**
 * Something that has candidates to offer: the sockets of this machine, a port mapping, a TURN server, a punched hole.
 * Sources gather at the same time; one that fails tells why, and the others go on.
 */
export interface CandidateSource {
  readonly name: string;
  /** It asks servers first: who can be reached without it need not wait for it. Default false. */
  readonly isSlow?: boolean;
  /** Resolves when every candidate was added. Never rejects: failures go to `context.failed`. */
  gather(context: GatherContext): Promise<void>;
}

export interface GatherContext {
  /** Aborts at the end of the session: sockets, mappings and allocations that were not chosen go with it. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The other side's description, once it has come. Never settles when it doesn't. */
  readonly remote: Promise<IceDescription>;
  add(candidate: LocalCandidate): void;
  failed(reason: Error): void;
}

/** A candidate of ours with the socket behind it. The agent gives it priority and foundation. */
export interface LocalCandidate extends Pick<Candidate, "transport" | "type" | "address" | "tcpType"> {
  readonly base: StreamBase | DatagramBase;
  /** Reached through a port mapping of the router. */
  readonly isMapped?: boolean | undefined;
  readonly extensions?: ReadonlyMap<string, string> | undefined;
}

/** The TCP socket behind candidates. */
export interface StreamBase {
  readonly kind: "stream";
  readonly local: TransportAddress;
  /** Opens a connection to a passive candidate; of active candidates. Rejects when it can't be opened. */
  open?(remote: TransportAddress, signal: AbortSignal): Promise<IceConnection>;
  /** Connections that the other side opened; of passive and relayed candidates. */
  onConnection?(listener: (connection: IceConnection) => void): void;
  close(): void;
}

/** A TCP connection before anything was sent. Framing is the session's. */
export interface IceConnection {
  readonly local: TransportAddress;
  readonly remote: TransportAddress;
  readonly stream: Duplex;
}

/** The UDP socket behind candidates. */
export interface DatagramBase {
  readonly kind: "datagram";
  readonly local: TransportAddress;
  send(bytes: Uint8Array, remote: TransportAddress): void;
  onDatagram(listener: (bytes: Uint8Array, remote: TransportAddress) => void): void;
  /** A reliable stream to an address at which a check has succeeded. Both sides derive the ids from both descriptions. */
  connect(remote: TransportAddress, ids: { readonly local: number; readonly remote: number }): Duplex;
  close(): void;
}
