import ipaddr from "ipaddr.js";
import type { TransportAddress } from "./transport-address.ts";

/** Whom an address leads to: a machine, wherever it is; the machine that uses it; no single one (multicast and the like). */
export type AddressScope = "a machine" | "this machine" | "nobody";

/** By the range of the address; its port plays no part. */
export function scopeOf({ address }: TransportAddress): AddressScope {
  switch (ipaddr.parse(address).range()) {
    case "loopback":
      return "this machine";
    case "unspecified": // systems take it for this machine, which nobody else means by it
    case "broadcast":
    case "multicast":
      return "nobody";
    default:
      return "a machine";
  }
}
