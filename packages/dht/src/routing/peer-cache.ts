import type { Family, SockAddr } from "../address/index.ts";
import { type InfoHash, InfoHashMap } from "../id/index.ts";
import type { RandomSource } from "../random/index.ts";
import { lowerBound, visitNearestFirst } from "./nearest.ts";
import { NEVER, Peer, type PeerOwner } from "./peer.ts";

/** Most peers remembered although nothing uses them; beyond that, the one heard longest ago is forgotten. */
export const MAX_IDLE_PEERS = 1024;
/** Most claimants remembered; beyond that, the oldest is forgotten. */
export const MAX_CLAIMANTS = 256;
/** So many idle peers are kept however long they have been silent. */
export const MIN_IDLE_PEERS = 16;

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
  /** Who claims the id of a peer that lives elsewhere, the oldest claim first. */
  readonly #claimants: InfoHashMap<Peer>;

  constructor(family: Family, random: RandomSource) {
    this.family = family;
    this.#random = random;
    this.#byId = new InfoHashMap(random.uint32());
    this.#claimants = new InfoHashMap(random.uint32());
  }

  get size(): number {
    return this.#sorted.length;
  }

  get(id: InfoHash): Peer | undefined {
    return this.#byId.get(id);
  }

  /** The record for a message that bears that id and came from `address`; undefined when the id isn't known. */
  at(id: InfoHash, address: SockAddr): Peer | undefined {
    const peer = this.#byId.get(id);
    if (peer === undefined || peer.address.equals(address)) return peer;
    const claimant = this.#claimants.get(id);
    return claimant?.address.equals(address) ? claimant : peer;
  }

  /**
   * The record of a node that has just sent us something valid from `address`.
   *
   * A message proves nothing about its sender. In OpenDHT each one moves the peer whose id it bears, so a single forged
   * datagram takes a peer from us and has others told a wrong address. Here a peer that answers where it is stays there. Who
   * speaks in its name elsewhere gets a record of his own, a claimant: served like a client, but never asked or told to
   * others. If the peer really has moved, it stops answering at the old place, and its next message moves it.
   */
  heard(id: InfoHash, address: SockAddr, isClient: boolean, now: number): Peer {
    const known = this.#byId.get(id);
    if (known === undefined) return this.#hear(this.#add(id, address, isClient), now);
    if (!known.address.equals(address)) {
      if (known.isSettled(now)) return this.#claim(id, address, now);
      known.moveTo(address);
      this.#claimants.delete(id);
    }
    return this.#hear(known, now);
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

  #hear(peer: Peer, now: number): Peer {
    peer.heard(now);
    if (this.#idle.delete(peer)) this.#idle.add(peer);
    return peer;
  }

  #claim(id: InfoHash, address: SockAddr, now: number): Peer {
    let claimant = this.#claimants.get(id);
    if (!claimant?.address.equals(address)) {
      claimant = new Peer(id, address, true, this.#random);
      this.#claimants.delete(id);
      this.#claimants.set(id, claimant);
      const [oldest] = this.#claimants.keys();
      if (this.#claimants.size > MAX_CLAIMANTS && oldest !== undefined) this.#claimants.delete(oldest);
    }
    claimant.heard(now);
    return claimant;
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
