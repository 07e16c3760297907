import ipaddr from "ipaddr.js";

/** How far an address means the same machine: on this host, on this link, in this private network, everywhere. */
type Scope = 0 | 1 | 2 | 3;
const LOOPBACK = 0;
const LINK_LOCAL = 1;
const PRIVATE = 2;
const PUBLIC = 3;

/** Where a node is: a numeric IP address and a UDP port. Immutable. */
export class Address {
  /** The address as text, in its shortest form, never an IPv4 address in IPv6 clothes. */
  readonly host: string;
  /** 1 … 65535 */
  readonly port: number;
  /** `1.2.3.4:5` or `[::1]:5`; also a key in maps. */
  readonly text: string;
  readonly isIPv6: boolean;
  readonly #scope: Scope;

  private constructor(host: string, port: number, scope: Scope) {
    this.host = host;
    this.port = port;
    this.isIPv6 = host.includes(":");
    this.text = this.isIPv6 ? `[${host}]:${port}` : `${host}:${port}`;
    this.#scope = scope;
  }

  /** Undefined for names, for port 0, and for addresses at which no single node can be (multicast, unspecified). */
  static parse(host: string, port: number): Address | undefined {
    if (!Number.isInteger(port) || port < 1 || port > 65535) return undefined;
    const ip = parseIp(host);
    const scope = ip && scopeOf(ip);
    return ip && scope !== undefined ? new Address(ip.toString(), port, scope) : undefined;
  }

  equals(other: Address): boolean {
    return this.port === other.port && this.host === other.host;
  }

  /**
   * Whether it helps `asker` to hear of this address from us. One of the other family is out of its reach, and costs a
   * Python node five seconds; a private address means another machine, or none, to somebody outside; a link-local one
   * depends on the interface. Used in both directions: what we would not tell, we do not believe either, so that nobody
   * outside can make us send into our own network.
   */
  makesSenseTo(asker: Address): boolean {
    return this.isIPv6 === asker.isIPv6 && this.#scope !== LINK_LOCAL && this.#scope >= asker.#scope;
  }

  toString(): string {
    return this.text;
  }
}

function parseIp(host: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return ipaddr.IPv4.parse(host);
  if (!host.includes(":") || !ipaddr.IPv6.isValid(host)) return undefined;
  const ip = ipaddr.IPv6.parse(host);
  return ip.isIPv4MappedAddress() ? ip.toIPv4Address() : ip;
}

function scopeOf(ip: ipaddr.IPv4 | ipaddr.IPv6): Scope | undefined {
  switch (ip.range()) {
    case "multicast":
    case "broadcast":
    case "unspecified":
      return undefined;
    case "loopback":
      return LOOPBACK;
    case "linkLocal":
      return LINK_LOCAL;
    case "private":
    case "uniqueLocal":
    case "carrierGradeNat":
      return PRIVATE;
    default:
      return PUBLIC;
  }
}
