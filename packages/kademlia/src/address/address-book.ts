import { Address } from "./address.ts";

/** When more are known, the book is begun anew: it only saves work, it remembers nothing of value. */
export const MAX_REMEMBERED_ADDRESSES = 16_384;

/** Gives the same Address for the same host and port, so that a peer's address is parsed once, not per datagram. */
export class AddressBook {
  readonly #hosts = new Map<string, Map<number, Address>>();
  #size = 0;

  /** Undefined where no node can be; see `Address.parse`. */
  find(host: string, port: number): Address | undefined {
    return this.#hosts.get(host)?.get(port) ?? this.#add(host, port);
  }

  #add(host: string, port: number): Address | undefined {
    const address = Address.parse(host, port);
    if (!address) return undefined;
    if (this.#size >= MAX_REMEMBERED_ADDRESSES) {
      this.#hosts.clear();
      this.#size = 0;
    }
    let ports = this.#hosts.get(host);
    if (!ports) {
      ports = new Map();
      this.#hosts.set(host, ports);
    }
    ports.set(port, address);
    this.#size++;
    return address;
  }
}
