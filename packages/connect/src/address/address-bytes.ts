import { SockAddr } from "@hashmere/dht";
import type { TransportAddress } from "./transport-address.ts";

/** 4 or 16 network-order bytes, by which the family is known, as an address. */
export function addressFromBytes(bytes: Uint8Array, port: number): TransportAddress | undefined {
  const family = bytes.length === 4 ? 4 : bytes.length === 16 ? 6 : undefined;
  if (family === undefined) return undefined;
  const { host, family: actual } = SockAddr.fromBytes(family, bytes, 0, port);
  return { address: host, port, family: actual };
}

/** The 4 or 16 network-order bytes of an address. */
export function addressToBytes({ address, port }: TransportAddress): Uint8Array {
  const parsed = SockAddr.fromHost(address, port);
  if (parsed === undefined) throw new TypeError(`"${address}" is no numeric IP address`);
  const bytes = new Uint8Array(parsed.family === 4 ? 4 : 16);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, parsed.a);
  if (parsed.family === 4) return bytes;
  view.setInt32(4, parsed.b);
  view.setInt32(8, parsed.c);
  view.setInt32(12, parsed.d);
  return bytes;
}
