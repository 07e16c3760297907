import { type Family, SockAddr } from "../address/index.ts";

const FIRST_HOST_V4 = 0x0a000001; // 10.0.0.1
const PREFIX_V6 = 0xfd00_0000 | 0; // fd00:0:0:<host>::1, one /64 per host, as rate limits and quotas count by /64
const FIRST_PORT = 4222;

/**
 * Who lives where: endpoint number n gets one address per family, and the number is found again by arithmetic.
 * Several endpoints may share a host (then they differ by port), as programs behind one NAT or on one machine do.
 */
export class AddressPlan {
  readonly #perHost: number;

  /** @param perHost how many endpoints share one IP address */
  constructor(perHost: number) {
    this.#perHost = perHost;
  }

  address(family: Family, index: number): SockAddr {
    const host = Math.floor(index / this.#perHost);
    const port = FIRST_PORT + (index % this.#perHost);
    return family === 4 ? SockAddr.ipv4(FIRST_HOST_V4 + host, port) : SockAddr.ipv6(PREFIX_V6, host, 0, 1, port);
  }

  /** The endpoint number of an address; −1 when the plan never gave it out. */
  indexOf(address: SockAddr): number {
    const slot = address.port - FIRST_PORT;
    if (slot < 0 || slot >= this.#perHost) return -1;
    if (address.family === 4) {
      const host = address.a - FIRST_HOST_V4;
      return host < 0 ? -1 : host * this.#perHost + slot;
    }
    if (address.a !== PREFIX_V6 || address.c !== 0 || address.d !== 1) return -1;
    return address.b * this.#perHost + slot;
  }
}
