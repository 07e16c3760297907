import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type HostAndPort, parseHostAndPort } from "../address/index.ts";

/** Where servers of this network usually listen. */
export const DEFAULT_PORT = 8468;

/** `host:port`, a pair, or an object; a host may be a name. Without a port: 8468. */
export type BootstrapPlace = string | readonly [host: string, port: number] | HostAndPort;

/** @throws InvalidArgumentError for a text that is no such place */
export function hostAndPortOf(place: BootstrapPlace): HostAndPort {
  if (typeof place === "string") return parseHostAndPort(place, DEFAULT_PORT);
  return "host" in place ? place : { host: place[0], port: place[1] };
}

/** All IP addresses of a host. @throws the name service's errors */
export async function resolve(host: string): Promise<readonly string[]> {
  if (isIP(host)) return [host];
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address);
}
