import type { TransportAddress } from "../address/index.ts";

/**
 * What STUN servers have told of the router of this network. One that kept the port of a socket will keep that of the next
 * one, so a connection need not wait to be told.
 */
export class RouterMemory {
  #outside: TransportAddress | undefined;

  /** Where a socket at this port is seen from outside; undefined when that can't be told. */
  outsideOf(localPort: number): TransportAddress | undefined {
    return this.#outside && { ...this.#outside, port: localPort };
  }

  /** What servers saw of a socket at this port; nothing when none has answered, which tells nothing. */
  learn(localPort: number, seen: readonly TransportAddress[]): void {
    const [first] = seen;
    if (first === undefined) return;
    const isKept = seen.every(({ address, port }) => address === first.address && port === localPort);
    this.#outside = isKept ? first : undefined;
  }

  /** This machine is in another network. */
  forget(): void {
    this.#outside = undefined;
  }
}
