import { SockAddr } from "@hashmere/dht";

/** Where a packet goes: a numeric address without brackets or zone, and a port (0–65535). */
export interface TransportAddress {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/**
 * From an address as people and sockets write it, in the one form in which it can be compared: lower case, shortest,
 * without a zone; IPv4 in IPv6 clothes becomes IPv4. Undefined when it is no numeric address.
 */
export function transportAddress(host: string, port: number): TransportAddress | undefined {
  const parsed = SockAddr.fromHost(host, port);
  return parsed && { address: parsed.host, port, family: parsed.family };
}

/** Same address, same port; both in the form of {@link transportAddress}. */
export function sameTransportAddress(a: TransportAddress, b: TransportAddress): boolean {
  return a.port === b.port && a.address === b.address;
}

/** `192.0.2.1:5000`, `[2001:db8::1]:5000` */
export function formatTransportAddress({ address, port, family }: TransportAddress): string {
  return family === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}
