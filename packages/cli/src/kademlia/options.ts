import { DEFAULT_PORT, type HostAndPort, parseHostAndPort } from "@hashmere/kademlia";
import { InvalidArgumentError } from "commander";

/** What every way to start a Kademlia server has in common. */
export interface ServerOptions {
  readonly port: number;
  readonly interface: string;
  readonly bootstrap?: readonly HostAndPort[];
}

/** Where a web server listens; without a host, on all addresses. */
export interface WebAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** Parser for an option that takes several `host:port`, once or again. */
export function collectPlaces(text: string, places: readonly HostAndPort[] = []): readonly HostAndPort[] {
  try {
    return [...places, parseHostAndPort(text, DEFAULT_PORT)];
  } catch {
    throw new InvalidArgumentError("It must be host or host:port, as in 192.0.2.1:8468.");
  }
}

/** Parser for `port`, `host:port` or `[::1]:port`. */
export function webAddress(text: string): WebAddress {
  const match = /^(?:(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]+)):)?(?<port>\d{1,5})$/.exec(text)?.groups;
  const port = Number(match?.port);
  if (!match || port > 65_535) throw new InvalidArgumentError("It must be a port or address:port, as in 8080.");
  return { host: match.v6 ?? match.name, port };
}
