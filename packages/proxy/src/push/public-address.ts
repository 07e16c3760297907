import { lookup as resolve } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** Of what is allocated to the public Internet in IPv6, and nothing else is: RFC 4291 §2.4. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/** `::192.0.2.1`, which has long been out of use, and which the parser takes for `::ffff:192.0.2.1`: RFC 4291 §2.5.5. */
const IPV4_COMPATIBLE = /^::\d+\./;

/** A name that leads to an address which isn't public. */
export class PrivateAddressError extends Error {
  readonly code = "ERR_PUSH_PRIVATE_ADDRESS";
  override readonly name = "PrivateAddressError";

  constructor(hostname: string) {
    super(`${hostname} has an address that isn't public: name another push server, or allow private endpoints`);
  }
}

/** Whether an IP address belongs to the public Internet: no loopback, private network, link or tunnel. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || IPV4_COMPATIBLE.test(address)) return false;
  const parsed = ipaddr.process(address); // IPv4 where an IPv6 address stands for it
  return parsed.range() === "unicast" && (parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST));
}

/** Whether a URL given by a stranger may be posted to, as far as its text tells. Names are judged by `publicLookup`. */
export function isPublicEndpoint({ protocol, hostname }: URL): boolean {
  if (protocol !== "https:") return false;
  const host = hostname.replace(/^\[|\]$/g, "");
  if (/(^|\.)localhost\.?$/.test(host)) return false; // RFC 6761 §6.3
  return !ipaddr.isValid(host) || isPublicAddress(host);
}

/**
 * Resolves names: what is checked is what is connected to. Where one leads to an address that isn't public, it fails with a
 * `PrivateAddressError`.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (!addresses.every(({ address }) => isPublicAddress(address)))
      return callback(new PrivateAddressError(hostname), []);
    const [first] = addresses;
    if (options.all || first === undefined) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
