import { lookup as resolve } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** Whether an IP address belongs to the public Internet: no loopback, private network, link or tunnel. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

/** Whether a URL given by a stranger may be posted to, as far as its text tells. Names are judged by `publicLookup`. */
export function isPublicEndpoint({ protocol, hostname }: URL): boolean {
  if (protocol !== "https:") return false;
  const host = hostname.replace(/^\[|\]$/g, "");
  if (/(^|\.)localhost\.?$/.test(host)) return false; // RFC 6761 §6.3
  return !ipaddr.isValid(host) || isPublicAddress(host);
}

/** Resolves names, and fails where one leads to an address that isn't public: what is checked is what is connected to. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (!addresses.every(({ address }) => isPublicAddress(address)) || addresses.length === 0) {
      return callback(new Error(`${hostname} is no public address`), []);
    }
    const [first] = addresses;
    if (options.all || first === undefined) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
