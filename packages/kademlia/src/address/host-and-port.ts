import ipaddr from "ipaddr.js";
import { InvalidArgumentError } from "../errors/index.ts";

/** Where to find a node, as people write it: `host` may be a name. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/**
 * `host:port`, `1.2.3.4:5` or `[::1]:5`; without a port, `defaultPort`.
 *
 * @throws InvalidArgumentError when there is no host, or the port is not one
 */
export function parseHostAndPort(text: string, defaultPort: number): HostAndPort {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:[\]]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  const bare = match ? (match.v6 ?? match.name) : ipaddr.IPv6.isValid(text) ? text : undefined;
  const port = match?.port === undefined ? defaultPort : Number(match.port);
  if (!bare || port < 1 || port > 65535) {
    throw new InvalidArgumentError(`"${text}" is no address: write host:port, 192.0.2.1:8468 or [2001:db8::1]:8468`);
  }
  return { host: bare, port };
}
