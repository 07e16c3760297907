import type { Family, SockAddr } from "../address/index.ts";
import { InfoHash } from "../id/index.ts";
import { type RandomSource, randomBelow } from "../random/index.ts";
import type { LegacyUpdate, Reply, UpdateQuery } from "../wire/index.ts";

/** Silence after which a peer isn't good any more, and after which hearsay may change its address. */
export const PEER_EXPIRE_MS = 10 * 60_000; // node behaviour, NODE_EXPIRE_TIME
/** How long one reply keeps a peer good, provided that it is heard of. */
export const PEER_GOOD_MS = 120 * 60_000; // node behaviour, NODE_GOOD_TIME
/** Most sockets (listen subscriptions of ours) open at one peer. */
export const MAX_SOCKETS_PER_PEER = 65_536; // one for every key listened to, on a network of two

/** "Has not happened", for the times of a peer. */
export const NEVER = Number.NEGATIVE_INFINITY;

/** A request of ours that waits for an answer of the peer. */
export interface PendingRequest {
  /** The peer is taken for dead: ends the request and tells its sender. */
  expire(): void;
}

/** Takes what arrives at an open socket. */
export type SocketHandler = (message: UpdateQuery | Reply | LegacyUpdate, peer: Peer) => void;

/** Learns when a peer begins and ceases to be in use. */
export interface PeerOwner {
  onUsed(peer: Peer): void;
  onIdle(peer: Peer): void;
}

const TID_COUNT = 2 ** 32;

/** Who a peer was, and where, at one time. */
export interface PeerEntry {
  readonly id: InfoHash;
  readonly address: SockAddr;
}

/**
 * What we know of another node: one record per id and family, shared by everybody who deals with it.
 *
 * Whoever keeps a peer for later (a bucket, a search, a listener) calls `retain()` and, in the end, `release()`: a cache
 * may forget peers that nobody retains. Pending requests and open sockets retain by themselves.
 */
export class Peer {
  readonly id: InfoHash;
  /** True for a node that asks but doesn't serve; decided by the first message, never changed later. */
  readonly isClient: boolean;
  address: SockAddr;
  /** When anything valid came from it, monotonic ms. */
  heardAt = NEVER;
  /** When it last answered one of our requests, monotonic ms. */
  repliedAt = NEVER;
  /** Taken for dead until it is heard again. */
  isExpired = false;
  /** It answered us from `address`, so it really is there; what merely claims to come from an address proves nothing. */
  hasProvenAddress = false;
  /** Tokens of ours that it refused in a row. */
  authErrors = 0;
  readonly #owner: PeerOwner | undefined;
  /** As a signed number: those up to 2^31 need no object of their own. */
  #lastTid: number;
  #uses = 0;
  // Most peers are never asked anything: the maps are made when they are needed.
  #requests: Map<number, PendingRequest> | undefined;
  #sockets: Map<number, SocketHandler> | undefined;
  #entry: PeerEntry | undefined;

  constructor(id: InfoHash, address: SockAddr, isClient: boolean, random: RandomSource, owner?: PeerOwner) {
    this.id = id;
    this.address = address;
    this.isClient = isClient;
    this.#owner = owner;
    this.#lastTid = randomBelow(random, TID_COUNT) | 0;
  }

  /** A record of its own for an address whose id isn't known yet. */
  static anonymous(address: SockAddr, random: RandomSource): Peer {
    return new Peer(InfoHash.zero, address, false, random);
  }

  /** Id and address for those who want to know; one for all of them, as each put and get tells of many peers. */
  get entry(): PeerEntry {
    if (this.#entry?.address !== this.address) this.#entry = { id: this.id, address: this.address };
    return this.#entry;
  }

  get family(): Family {
    return this.address.family;
  }

  /** Answers us and is alive: only such peers are handed to others. */
  isGood(now: number): boolean {
    return !this.isExpired && this.repliedAt >= now - PEER_GOOD_MS && this.heardAt >= now - PEER_EXPIRE_MS;
  }

  /** It lives where we know it: it answered from there, and it still does. */
  isSettled(now: number): boolean {
    return this.hasProvenAddress && this.isGood(now);
  }

  /** Not heard for so long that its address may be wrong. */
  isOld(now: number): boolean {
    return this.heardAt + PEER_EXPIRE_MS < now;
  }

  isRemovable(now: number): boolean {
    return this.isExpired && this.isOld(now);
  }

  /** The last thing heard from it was not a reply. */
  get isIncoming(): boolean {
    return this.heardAt > this.repliedAt;
  }

  get isRetained(): boolean {
    return this.#uses > 0;
  }

  retain(): void {
    if (this.#uses++ === 0) this.#owner?.onUsed(this);
  }

  release(): void {
    if (--this.#uses === 0) this.#owner?.onIdle(this);
  }

  /** The next transaction or socket id towards this peer: a counter with a random start that leaves out 0 and ids in use. */
  nextTid(): number {
    let tid = this.#lastTid >>> 0;
    do tid = tid + 1 === TID_COUNT ? 1 : tid + 1;
    while (this.#requests?.has(tid) || this.#sockets?.has(tid));
    this.#lastTid = tid | 0;
    return tid;
  }

  get hasPendingRequest(): boolean {
    return this.#requests !== undefined && this.#requests.size > 0;
  }

  getRequest(tid: number): PendingRequest | undefined {
    return this.#requests?.get(tid);
  }

  addRequest(tid: number, request: PendingRequest): void {
    this.#requests ??= new Map();
    this.#requests.set(tid, request);
    this.retain();
  }

  removeRequest(tid: number): void {
    if (!this.#requests?.delete(tid)) return;
    // An empty map costs as much as the rest of the peer.
    if (this.#requests.size === 0) this.#requests = undefined;
    this.release();
  }

  getSocket(id: number): SocketHandler | undefined {
    return this.#sockets?.get(id);
  }

  /** The id of a new socket; 0 ("none") when MAX_SOCKETS_PER_PEER are open. */
  openSocket(handler: SocketHandler): number {
    this.#sockets ??= new Map();
    if (this.#sockets.size >= MAX_SOCKETS_PER_PEER) return 0;
    const id = this.nextTid();
    this.#sockets.set(id, handler);
    this.retain();
    return id;
  }

  /** Harmless when it is closed already. */
  closeSocket(id: number): void {
    if (!this.#sockets?.delete(id)) return;
    if (this.#sockets.size === 0) this.#sockets = undefined;
    this.release();
  }

  /** Something valid came from it. */
  heard(now: number): void {
    this.heardAt = now;
    this.isExpired = false;
  }

  moveTo(address: SockAddr): void {
    if (this.address.equals(address)) return;
    this.address = address;
    this.hasProvenAddress = false;
  }

  /** Takes the peer for dead: its pending requests expire, its sockets close. */
  expire(): void {
    this.isExpired = true;
    // Copies, because an expiring request may lead to new ones towards the same peer.
    for (const request of [...(this.#requests?.values() ?? [])]) request.expire();
    for (const id of [...(this.#sockets?.keys() ?? [])]) this.closeSocket(id);
  }

  toString(): string {
    return `${this.id} ${this.address}`;
  }
}
