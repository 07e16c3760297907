import type { Address } from "../address/index.ts";

/** The way out for datagrams. `UdpTransport` is the usual one; anything that carries datagrams can take its place. */
export interface Transport {
  /** Never throws; a datagram that cannot be sent is lost. Nobody writes to `datagram` any more. */
  send(datagram: Uint8Array, to: Address): void;
  /** Whether such an address can be reached at all: an IPv4 socket does not get to IPv6. */
  reaches(address: Address): boolean;
}
