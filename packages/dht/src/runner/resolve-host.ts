import { lookup } from "node:dns/promises";
import { SockAddr } from "../address/index.ts";

/**
 * All addresses of a host, IPv4 and IPv6, through the system's resolver. Numeric addresses need none.
 * @throws Error of the resolver when the name isn't known
 */
export async function resolveHost(host: string, port: number): Promise<SockAddr[]> {
  const numeric = SockAddr.fromHost(host, port);
  if (numeric) return [numeric];
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => SockAddr.fromHost(address, port)).filter((address) => address !== undefined);
}
