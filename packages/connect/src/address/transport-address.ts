/** Where a packet goes: a numeric address without brackets or zone, and a port (0–65535). */
export interface TransportAddress {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

export function sameTransportAddress(a: TransportAddress, b: TransportAddress): boolean {
  return a.port === b.port && a.address === b.address;
}

/** `192.0.2.1:5000`, `[2001:db8::1]:5000` */
export function formatTransportAddress({ address, port, family }: TransportAddress): string {
  return family === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}
