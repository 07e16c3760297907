import type { SockAddr } from "../address/index.ts";
import type { RandomSource } from "../random/index.ts";
import { hashNetwork } from "./address-hash.ts";
import type { RequestHandlers } from "./request.ts";

/** Most updates to listeners that wait for their acknowledgement: half of all requests, so that the rest stays for us. */
export const MAX_PENDING_UPDATES = 32_768;
/** The same, to one network (IPv4 address, IPv6 /64). */
export const MAX_PENDING_NETWORK_UPDATES = 8192;
/** Most bytes of values in these updates, which are kept for being sent again. */
export const MAX_PENDING_UPDATE_BYTES = 64 * 1024 * 1024;
/** The same, to one network. */
export const MAX_PENDING_NETWORK_UPDATE_BYTES = 16 * 1024 * 1024;

/**
 * Keeps listeners that don't acknowledge from using up our requests and memory: a stranger may subscribe many times and
 * then let each value that he puts be told to all of his subscriptions.
 */
export class UpdateWindow {
  readonly #salt: number;
  readonly #byNetwork = new Map<number, Pending>();
  readonly #all = new Pending();

  constructor(random: RandomSource) {
    this.#salt = random.uint32();
  }

  get pending(): number {
    return this.#all.updates;
  }

  /** Handlers for one more update, which give its place back when it is over; undefined when there is no place. */
  open(to: SockAddr, bytes: number): RequestHandlers | undefined {
    const network = hashNetwork(to, this.#salt);
    const own = this.#byNetwork.get(network) ?? new Pending();
    if (!own.hasPlace(bytes, MAX_PENDING_NETWORK_UPDATES, MAX_PENDING_NETWORK_UPDATE_BYTES)) return undefined;
    if (!this.#all.hasPlace(bytes, MAX_PENDING_UPDATES, MAX_PENDING_UPDATE_BYTES)) return undefined;
    own.add(1, bytes);
    this.#all.add(1, bytes);
    this.#byNetwork.set(network, own);
    const close = () => {
      own.add(-1, -bytes);
      this.#all.add(-1, -bytes);
      if (own.updates === 0) this.#byNetwork.delete(network);
    };
    return { onReply: close, onExpired: close };
  }
}

class Pending {
  updates = 0;
  bytes = 0;

  hasPlace(bytes: number, maxUpdates: number, maxBytes: number): boolean {
    return this.updates < maxUpdates && this.bytes + bytes <= maxBytes;
  }

  add(updates: number, bytes: number): void {
    this.updates += updates;
    this.bytes += bytes;
  }
}
