import { readWord } from "../id/hash.ts";

/** IPv4 or IPv6. */
export type Family = 4 | 6;

/** Where a bootstrap address without a port leads (OpenDHT's default). */
export const DEFAULT_PORT = 4222;

/**
 * An IP address and a UDP port. Immutable; made from words, so that the eight addresses of a node list cost eight small
 * objects and no text. IPv4-mapped IPv6 addresses are turned into IPv4 by every constructor function.
 */
export class SockAddr {
  readonly family: Family;
  /** IPv4: the address is `a`. IPv6: four words, most significant first. Signed 32-bit integers. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly port: number;
  #host: string | undefined;
  #text: string | undefined;

  private constructor(family: Family, a: number, b: number, c: number, d: number, port: number) {
    this.family = family;
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    this.d = d | 0;
    this.port = port;
  }

  /** `address` as a 32-bit integer, `0x7f000001` for 127.0.0.1. */
  static ipv4(address: number, port: number): SockAddr {
    return new SockAddr(4, address, 0, 0, 0, port);
  }

  /** Four 32-bit words, most significant first. */
  static ipv6(a: number, b: number, c: number, d: number, port: number): SockAddr {
    if (a === 0 && b === 0 && c === 0xffff) return SockAddr.ipv4(d, port);
    return new SockAddr(6, a, b, c, d, port);
  }

  /** 4 or 16 network-order bytes at `offset`. */
  static fromBytes(family: Family, bytes: Uint8Array, offset: number, port: number): SockAddr {
    return family === 4
      ? SockAddr.ipv4(readWord(bytes, offset), port)
      : SockAddr.ipv6(
          readWord(bytes, offset),
          readWord(bytes, offset + 4),
          readWord(bytes, offset + 8),
          readWord(bytes, offset + 12),
          port,
        );
  }

  /** An address without brackets, as sockets print it (`127.0.0.1`, `fe80::1%eth0`: the zone is dropped). */
  static fromHost(host: string, port: number): SockAddr | undefined {
    if (host.includes(":")) {
      const words = parseIpv6(host);
      return words && SockAddr.ipv6(words[0], words[1], words[2], words[3], port);
    }
    const address = parseIpv4(host);
    return address === undefined ? undefined : SockAddr.ipv4(address, port);
  }

  /** `1.2.3.4:5`, `[::1]:5`, or either without a port (`defaultPort` then). No names: undefined. */
  static parse(text: string, defaultPort = DEFAULT_PORT): SockAddr | undefined {
    const { host, port } = splitHostPort(text, defaultPort);
    return port === undefined ? undefined : SockAddr.fromHost(host, port);
  }

  /** The same host with another port. */
  withPort(port: number): SockAddr {
    return new SockAddr(this.family, this.a, this.b, this.c, this.d, port);
  }

  /** The address as text, without brackets or port. */
  get host(): string {
    this.#host ??= this.family === 4 ? formatIpv4(this.a) : formatIpv6([this.a, this.b, this.c, this.d]);
    return this.#host;
  }

  /** `1.2.3.4:5` or `[::1]:5`; the port is left out when it is 0. Also serves as a key in maps. */
  toString(): string {
    if (this.#text === undefined) {
      const host = this.family === 4 ? this.host : `[${this.host}]`;
      this.#text = this.port === 0 ? host : `${host}:${this.port}`;
    }
    return this.#text;
  }

  /** As `toString()`. */
  toJSON(): string {
    return this.toString();
  }

  /** What `console.log` of Node.js shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** Whether family, address and port are the same. */
  equals(other: SockAddr): boolean {
    return this.port === other.port && this.hasSameHost(other);
  }

  /** The same IP address, whatever the ports. */
  hasSameHost(other: SockAddr): boolean {
    return (
      this.family === other.family &&
      this.a === other.a &&
      this.b === other.b &&
      this.c === other.c &&
      this.d === other.d
    );
  }

  /** 127.0.0.0/8 or ::1. */
  isLoopback(): boolean {
    return this.family === 4 ? this.a >>> 24 === 127 : this.a === 0 && this.b === 0 && this.c === 0 && this.d === 1;
  }

  /** Loopback, 10/8, 172.16/12, 192.168/16 or fc00::/7: not reachable from everywhere. */
  isPrivate(): boolean {
    if (this.isLoopback()) return true;
    if (this.family === 6) return this.a >>> 25 === 0xfc >>> 1;
    return this.a >>> 24 === 10 || this.a >>> 20 === 0xac1 || this.a >>> 16 === 0xc0a8;
  }

  /** 0.0.0.0 or ::, which stands for all local addresses. */
  isUnspecified(): boolean {
    return (this.a | this.b | this.c | this.d) === 0;
  }

  /**
   * No honest packet comes from here: port 0, IPv4 0.0.0.0/8 or 224.0.0.0 and above, IPv6 multicast or unspecified.
   * Loopback, private and link-local addresses are fine.
   */
  isMartian(): boolean {
    if (this.port === 0) return true;
    if (this.family === 4) return this.a >>> 24 === 0 || this.a >>> 24 >= 224;
    return this.a >>> 24 === 0xff || this.isUnspecified();
  }
}

/** `host`, `host:port`, `[v6]:port`, or a bare IPv6 address. `port` is undefined when it is no number of 0 … 65535. */
export function splitHostPort(text: string, defaultPort = DEFAULT_PORT): { host: string; port: number | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) return { host: bracketed[1] ?? "", port: parsePort(bracketed[2], defaultPort) };
  const colon = text.indexOf(":");
  if (colon < 0 || text.indexOf(":", colon + 1) >= 0) return { host: text, port: defaultPort };
  return { host: text.slice(0, colon), port: parsePort(text.slice(colon + 1), defaultPort) };
}

function parsePort(text: string | undefined, defaultPort: number): number | undefined {
  if (text === undefined || text === "") return defaultPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65535 ? port : undefined;
}

function parseIpv4(host: string): number | undefined {
  let address = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i);
    if (code === 46) {
      if (octet < 0 || ++dots > 3) return undefined;
      address = (address << 8) | octet;
      octet = -1;
    } else if (code >= 48 && code <= 57) {
      octet = (octet < 0 ? 0 : octet * 10) + code - 48;
      if (octet > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && octet >= 0 ? (address << 8) | octet : undefined;
}

function parseIpv6(host: string): [number, number, number, number] | undefined {
  const zone = host.indexOf("%");
  let text = zone < 0 ? host : host.slice(0, zone);
  const lastColon = text.lastIndexOf(":");
  if (text.indexOf(".", lastColon) >= 0) {
    const tail = parseIpv4(text.slice(lastColon + 1));
    if (tail === undefined) return undefined;
    text = `${text.slice(0, lastColon + 1)}${(tail >>> 16).toString(16)}:${(tail & 0xffff).toString(16)}`;
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = (half: string | undefined) => (half ? half.split(":") : []);
  const head = groups(halves[0]);
  const tail = groups(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array<string>(missing).fill("0"), ...tail];
  const words: [number, number, number, number] = [0, 0, 0, 0];
  for (const [index, group] of all.entries()) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    const word = index >> 1;
    words[word] = ((words[word] ?? 0) << 16) | Number.parseInt(group, 16);
  }
  return words;
}

function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** RFC 5952: lower case, the longest run of two or more zero groups is shortened. */
function formatIpv6(words: readonly number[]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (groups[end] === 0) end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
    if (end > i) i = end;
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  return start < 0 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}
