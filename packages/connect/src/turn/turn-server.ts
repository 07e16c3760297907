import { isIPv6 } from "node:net";
import type { TransportAddress } from "../address/index.ts";

/** Where a TURN server without a port listens (RFC 8656 §4). */
export const DEFAULT_TURN_PORT = 3478;

/** A relay, and who we are to it (long-term credentials, RFC 8489 §9.2). */
export interface TurnServer {
  /** A name, or a numeric address without brackets. */
  readonly host: string;
  /** Default 3478. */
  readonly port?: number | undefined;
  readonly username: string;
  readonly password: string;
  /** The server names its realm itself; where one is given here, another one is refused. */
  readonly realm?: string | undefined;
}

/** `host`, `host:port`, `[v6]:port` or a bare IPv6 address. @throws TypeError for what is none of them */
export function parseTurnHost(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? (isIPv6(text) ? text : "");
  const port = portText === undefined ? DEFAULT_TURN_PORT : Number(portText);
  if (host === "" || port < 1 || port > 65_535)
    throw new TypeError(`"${text}" names no TURN server: write host[:port]`);
  return { host, port };
}

/** One numeric address of a server. */
export interface TurnAddress extends TransportAddress {}
