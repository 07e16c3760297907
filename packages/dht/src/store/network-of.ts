import type { SockAddr } from "../address/index.ts";

/** Equal for addresses that share a quota: IPv4 by address, IPv6 by its first 64 bits. Ports don't matter. */
export function networkOf(address: SockAddr): number | string {
  return address.family === 4 ? address.a : `${address.a}:${address.b}`;
}
