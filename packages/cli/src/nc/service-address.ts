// Source: DHTNet's tools, dnc: channel names and how a server reads them.
import { splitHostPort } from "@hashmere/dht";

/** A TCP service, as the side names it that has it. */
export interface ServiceAddress {
  /** A name or an address, taken by its text: `localhost` is not `127.0.0.1`. Without brackets. */
  readonly host: string;
  readonly port: number;
}

const MAX_PORT = 65_535;

/** `host:port`, `[v6]:port`; undefined for anything else. */
export function parseService(text: string): ServiceAddress | undefined {
  const { host, port } = splitHostPort(text, 0);
  return host !== "" && isPort(port) ? { host, port } : undefined;
}

export function formatService({ host, port }: ServiceAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What the channel to a service is called. IPv6 addresses are understood by our own servers alone. */
export function channelName(service: ServiceAddress): string {
  return `nc://${formatService(service)}`;
}

/**
 * The service that a channel is for. As loose as DHTNet's own server, which passes over the first five characters,
 * whatever they are; undefined when no host and port follow.
 */
export function serviceOf(channel: string): ServiceAddress | undefined {
  const rest = channel.slice(5);
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})/.exec(rest);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host !== undefined && isPort(port) ? { host, port } : undefined;
}

function isPort(port: number | undefined): port is number {
  return port !== undefined && Number.isInteger(port) && port >= 1 && port <= MAX_PORT;
}
