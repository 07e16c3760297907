import type { SockAddr } from "../address/index.ts";
import type { RandomSource } from "../random/index.ts";
import { hashNetwork } from "./address-hash.ts";
import type { RequestHandlers } from "./request.ts";

/** Most updates to listeners that wait for their acknowledgement: half of all requests, so that the rest stays for us. */
export const MAX_PENDING_UPDATES = 32_768;
/** The same, to one network (IPv4 address, IPv6 /64). */
export const MAX_PENDING_NETWORK_UPDATES = 8192;

/**
 * Keeps listeners that don't acknowledge from using up our requests: a stranger may subscribe many times and then let
 * each value that he puts be told to all of his subscriptions.
 */
export class UpdateWindow {
  readonly #salt: number;
  readonly #pendingByNetwork = new Map<number, number>();
  #pending = 0;

  constructor(random: RandomSource) {
    this.#salt = random.uint32();
  }

  get pending(): number {
    return this.#pending;
  }

  /** Handlers for one more update, which give its place back when it is over; undefined when there is no place. */
  open(to: SockAddr): RequestHandlers | undefined {
    const network = hashNetwork(to, this.#salt);
    const ofNetwork = this.#pendingByNetwork.get(network) ?? 0;
    if (this.#pending >= MAX_PENDING_UPDATES || ofNetwork >= MAX_PENDING_NETWORK_UPDATES) return undefined;
    this.#pending++;
    this.#pendingByNetwork.set(network, ofNetwork + 1);
    const close = () => this.#close(network);
    return { onReply: close, onExpired: close };
  }

  #close(network: number): void {
    this.#pending--;
    const left = (this.#pendingByNetwork.get(network) ?? 0) - 1;
    if (left > 0) this.#pendingByNetwork.set(network, left);
    else this.#pendingByNetwork.delete(network);
  }
}
