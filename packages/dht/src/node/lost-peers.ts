import { InfoHashMap } from "../id/index.ts";
import { type RandomSource, randomBelow } from "../random/index.ts";
import { NEVER, type Peer } from "../routing/index.ts";
import type { NodeEntry } from "../wire/index.ts";

/** Most lost peers remembered; the one lost first gives way. */
export const MAX_LOST_PEERS = 32;
/** A lost peer that was tried so often is forgotten. */
export const MAX_RETRIES = 16;

interface Lost extends NodeEntry {
  retries: number;
}

/**
 * Peers that used to answer and have fallen silent. One of them is tried now and then.
 *
 * OpenDHT forgets them. So two halves of a network that was cut for longer than a few minutes never find together again,
 * and a node without bootstrap hosts that was offline for a moment stays alone.
 */
export class LostPeers {
  readonly #byId = new InfoHashMap<Lost>();
  readonly #random: RandomSource;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  get all(): readonly NodeEntry[] {
    return [...this.#byId.values()];
  }

  /** A peer was taken for dead. */
  add({ id, address, repliedAt }: Peer): void {
    if (repliedAt !== NEVER) this.addNamed({ id, address });
  }

  /** Somebody named a node to join through, or knew it in an earlier run: that counts as much as an answer. */
  addNamed({ id, address }: NodeEntry): void {
    if (this.#byId.has(id)) return;
    const [oldest] = this.#byId.keys();
    if (this.#byId.size >= MAX_LOST_PEERS && oldest !== undefined) this.#byId.delete(oldest);
    this.#byId.set(id, { id, address, retries: 0 });
  }

  /** The peer has answered. */
  remove(peer: Peer): void {
    if (this.#byId.size > 0) this.#byId.delete(peer.id);
  }

  /** One of them, by chance, to be tried now. */
  next(): NodeEntry | undefined {
    const lost = [...this.#byId.values()][randomBelow(this.#random, Math.max(this.#byId.size, 1))];
    if (lost !== undefined && ++lost.retries >= MAX_RETRIES) this.#byId.delete(lost.id);
    return lost;
  }
}
