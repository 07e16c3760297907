import { SockAddr } from "../address/index.ts";

/** More senders than this at once and the book is begun anew: it only saves work, it remembers nothing of value. */
export const MAX_BOOK_ENTRIES = 16_384;

/**
 * Gives the same SockAddr for the same sender, so that a busy peer's address is parsed once, not per datagram.
 */
export class AddressBook {
  readonly #hosts = new Map<string, Map<number, SockAddr>>();
  #entries = 0;

  /** Undefined when the system hands out something that is no address. */
  find(host: string, port: number): SockAddr | undefined {
    return this.#hosts.get(host)?.get(port) ?? this.#add(host, port);
  }

  #add(host: string, port: number): SockAddr | undefined {
    const address = SockAddr.fromHost(host, port);
    if (!address) return undefined;
    if (this.#entries >= MAX_BOOK_ENTRIES) {
      this.#hosts.clear();
      this.#entries = 0;
    }
    let ports = this.#hosts.get(host);
    if (!ports) {
      ports = new Map();
      this.#hosts.set(host, ports);
    }
    ports.set(port, address);
    this.#entries++;
    return address;
  }
}
