import type { Family, SockAddr } from "../address/index.ts";
import { type InfoHash, InfoHashMap } from "../id/index.ts";
import type { RandomSource } from "../random/index.ts";
import { lowerBound, visitNearestFirst } from "./nearest.ts";
import { NEVER, Peer, type PeerOwner } from "./peer.ts";

/** Most peers remembered although nothing uses them; beyond that, the one heard longest ago is forgotten. */
export const MAX_IDLE_PEERS = 1024;
/** So many idle peers are kept however long they have been silent. */
export const MIN_IDLE_PEERS = 64;

/**
 * The peers of one family by id: everybody who speaks of an id gets the same record.
 *
 * The number of peers in use is bounded by their users (buckets, searches, listeners, requests), that of idle ones here.
 */
export class PeerCache implements PeerOwner {
  readonly family: Family;
  readonly #random: RandomSource;
  readonly #byId: InfoHashMap<Peer>;
  /** All peers in ascending order of id, for finding neighbours. */
  readonly #sorted: Peer[] = [];
  /** Peers that nobody retains, in the order in which they were heard last. */
  readonly #idle = new Set<Peer>();

  constructor(family: Family, random: RandomSource) {
    this.family = family;
    this.#random = random;
    this.#byId = new InfoHashMap(random.uint32());
  }

  get size(): number {
    return this.#sorted.length;
  }

  get(id: InfoHash): Peer | undefined {
    return this.#byId.get(id);
  }

  /** The record of a node that has just sent us something valid from `address`. */
  heard(id: InfoHash, address: SockAddr, isClient: boolean, now: number): Peer {
    let peer = this.#byId.get(id);
    if (peer === undefined) peer = this.#add(id, address, isClient);
    else peer.moveTo(address);
    peer.heard(now);
    if (this.#idle.delete(peer)) this.#idle.add(peer);
    return peer;
  }

  /** The record of a node that somebody else told us of. Hearsay changes the address of no peer that was heard lately. */
  mentioned(id: InfoHash, address: SockAddr, now: number): Peer {
    const peer = this.#byId.get(id);
    if (peer === undefined) return this.#add(id, address, false);
    if (peer.isOld(now)) peer.moveTo(address);
    return peer;
  }

  /** Up to `count` peers that may be asked about `target`, nearest first: neither expired nor clients. */
  closest(target: InfoHash, count: number): Peer[] {
    const found: Peer[] = [];
    if (count <= 0) return found;
    visitNearestFirst(this.#sorted, target, (peer) => {
      if (!(peer.isExpired || peer.isClient)) found.push(peer);
      return found.length < count;
    });
    return found;
  }

  /** We may be somewhere else now: everybody gets a new chance, nobody is good until it replies. */
  connectivityChanged(): void {
    for (const peer of this.#sorted) {
      peer.isExpired = false;
      peer.repliedAt = NEVER;
    }
  }

  /** Forgets peers that nothing uses and that haven't been heard for PEER_EXPIRE_MS, or ever; to be called every few minutes. */
  forgetStale(now: number): void {
    for (const peer of this.#idle) {
      if (this.#idle.size <= MIN_IDLE_PEERS) return;
      if (peer.isOld(now)) this.#forget(peer);
    }
  }

  onUsed(peer: Peer): void {
    this.#idle.delete(peer);
  }

  onIdle(peer: Peer): void {
    this.#idle.add(peer);
    this.#forgetOldest();
  }

  #add(id: InfoHash, address: SockAddr, isClient: boolean): Peer {
    const peer = new Peer(id, address, isClient, this.#random, this);
    this.#byId.set(id, peer);
    this.#sorted.splice(lowerBound(this.#sorted, id), 0, peer);
    this.#idle.add(peer);
    this.#forgetOldest();
    return peer;
  }

  #forgetOldest(): void {
    if (this.#idle.size <= MAX_IDLE_PEERS) return;
    const [oldest] = this.#idle;
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(peer: Peer): void {
    this.#idle.delete(peer);
    this.#byId.delete(peer.id);
    this.#sorted.splice(lowerBound(this.#sorted, peer.id), 1);
  }
}
