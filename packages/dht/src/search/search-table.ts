import type { Family } from "../address/index.ts";
import { type InfoHash, InfoHashMap } from "../id/index.ts";
import type { RandomSource } from "../random/index.ts";
import type { Peer, PeerCache } from "../routing/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import { packedValueSize, type Query, type Value } from "../value/index.ts";
import { MAX_PACKED_VALUE_BYTES } from "../wire/index.ts";
import { type Announcement, NO_TALLY } from "./announcement.ts";
import type { GetOp } from "./get-op.ts";
import { KnownTokens } from "./known-tokens.ts";
import {
  DEFAULT_MAX_SEARCHES,
  LISTEN_LIFETIME_MS,
  MAX_IDLE_SEARCHES,
  MAX_RESTART_SPREAD_MS,
  RESTART_SPREAD_PER_SEARCH_MS,
  SEARCH_IDLE_MS,
  STABLE_LISTEN_LIFETIME_MS,
} from "./limits.ts";
import type { ListenHandle, ListenSink } from "./listen-operation.ts";
import { RunningSearches } from "./running-searches.ts";
import { Search } from "./search.ts";
import type { SearchHost, SearchRpc, ValueLives } from "./search-host.ts";

export interface SearchTableOptions {
  readonly family: Family;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly rpc: SearchRpc;
  /** The peers of this family. */
  readonly peers: PeerCache;
  readonly types: ValueLives;
  /** Default DEFAULT_MAX_SEARCHES. */
  readonly maxSearches?: number | undefined;
  /** Our connection is stable: listens are renewed every five minutes instead of every 20 s (default false). */
  readonly publicStable?: boolean | undefined;
  /** A search found that nobody answers, although there were peers once: connectivity may have changed. */
  readonly onExpired?: (() => void) | undefined;
  /** A permanent value is announced again: our own listeners may be told that it lives on. */
  readonly onRenewed?: ((key: InfoHash, valueId: bigint) => void) | undefined;
}

/** All searches of one family: one per key, made by the first operation and kept for the next ones. */
export class SearchTable implements SearchHost {
  readonly family: Family;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly rpc: SearchRpc;
  readonly peers: PeerCache;
  readonly types: ValueLives;
  readonly tokens = new KnownTokens();
  readonly listenLifetimeMs: number;
  readonly #maxSearches: number;
  readonly #tellExpired: (() => void) | undefined;
  readonly #tellRenewed: ((key: InfoHash, valueId: bigint) => void) | undefined;
  readonly #running = new RunningSearches();
  /** Searches with nothing to do, the one unused for longest first. */
  readonly #idle: InfoHashMap<Search>;
  /** Peers taken for dead that searches know: when one is heard again, all searches must hear of it, not only those nearby. */
  readonly #lost = new Set<Peer>();
  /** Without any peer so far, a search that finds nobody says nothing about our connectivity. */
  #hadPeers = false;

  constructor(options: SearchTableOptions) {
    this.family = options.family;
    this.scheduler = options.scheduler;
    this.random = options.random;
    this.rpc = options.rpc;
    this.peers = options.peers;
    this.types = options.types;
    this.listenLifetimeMs = options.publicStable ? STABLE_LISTEN_LIFETIME_MS : LISTEN_LIFETIME_MS;
    this.#maxSearches = options.maxSearches ?? DEFAULT_MAX_SEARCHES;
    this.#tellExpired = options.onExpired;
    this.#tellRenewed = options.onRenewed;
    this.#idle = new InfoHashMap(options.random.uint32());
  }

  /** Number of searches, idle ones included. */
  get size(): number {
    return this.#running.size + this.#idle.size;
  }

  /** Running ones in order of their keys, then idle ones. */
  *[Symbol.iterator](): IterableIterator<Search> {
    yield* this.#running;
    yield* this.#idle.values();
  }

  find(key: InfoHash): Search | undefined {
    return this.#running.get(key) ?? this.#idle.get(key);
  }

  /** Values may come before this returns: those that a listen on the same key has heard of. */
  get(key: InfoHash, op: GetOp): void {
    const search = this.#open(key);
    if (search === undefined) op.onDone(false, []);
    else search.get(op);
  }

  /** The op hears nothing any more, not even that it is done. */
  cancelGet(key: InfoHash, op: GetOp): boolean {
    return this.#running.get(key)?.cancelGet(op) ?? false;
  }

  /** Fails at once when the value is larger than any node could receive: in OpenDHT, the nodes asked are taken for dead. */
  announce(key: InfoHash, announcement: Announcement): void {
    const { value } = announcement;
    const canTravel = packedValueSize(value) <= MAX_PACKED_VALUE_BYTES;
    if (!canTravel) this.cancelAnnounce(key, value.id);
    const search = canTravel ? this.#open(key) : undefined;
    if (search === undefined) announcement.onDone(false, [], NO_TALLY);
    else search.announce(announcement);
  }

  /** Ends an announcement; puts that wait for it fail. False when there is none. Remote copies live on until they expire. */
  cancelAnnounce(key: InfoHash, valueId: bigint): boolean {
    return this.#running.get(key)?.cancelAnnounce(valueId) ?? false;
  }

  /** The values being announced under a key. */
  announces(key: InfoHash, valueId?: bigint): Value[] {
    const values: Value[] = [];
    for (const { value } of this.#running.get(key)?.operations.announces ?? []) {
      if (valueId === undefined || value.id === valueId) values.push(value);
    }
    return values;
  }

  /** Undefined when the table is full. What is known already is told before this returns. */
  listen(key: InfoHash, query: Query, sink: ListenSink): ListenHandle | undefined {
    return this.#open(key)?.listen(query, sink);
  }

  /** False when it was cancelled already. Nothing is sent, and nothing is told. */
  cancelListen(handle: ListenHandle): boolean {
    return handle.operation.remove(handle);
  }

  /** Meets the nodes closest to `target`. */
  findNode(target: InfoHash): void {
    this.#open(target)?.explore();
  }

  /** A peer has been met, or heard again. */
  onPeer(peer: Peer): void {
    this.#hadPeers = true;
    // Hearsay doesn't bring anybody back to life.
    const isBack = this.#lost.size > 0 && !peer.isExpired && this.#lost.delete(peer);
    if (isBack) for (const search of [...this.#running]) search.offer(peer);
    else this.#running.offer(peer);
  }

  onTokenRejected(peer: Peer): void {
    for (const search of [...this.#running]) search.onTokenRejected(peer);
  }

  onPeerExpired(peer: Peer): void {
    let isMissed = false;
    for (const search of [...this.#running]) if (search.onPeerExpired(peer)) isMissed = true;
    if (isMissed) this.#lost.add(peer);
  }

  /** The family is connected: searches that wait go on. */
  stepAll(): void {
    for (const search of [...this.#running]) search.restart();
  }

  /** Peers taken for dead have got another chance. */
  connectivityChanged(): void {
    for (const search of [...this.#running]) search.onConnectivityChanged();
  }

  /** Forgets the searches that nobody has used for SEARCH_IDLE_MS. */
  expire(): void {
    const oldest = this.scheduler.now() - SEARCH_IDLE_MS;
    for (const search of this.#idle.values()) {
      if (search.steppedAt > oldest) continue;
      this.#idle.delete(search.key);
      search.shutdown();
    }
    for (const peer of this.#lost) if (!peer.isRetained) this.#lost.delete(peer);
  }

  /** Fails gets and announcements, reports listened values as expired. No timer, request or socket is left. */
  shutdown(): void {
    for (const search of [...this]) search.shutdown();
    this.#idle.clear();
  }

  // What its searches ask and tell (SearchHost).

  get restartSpreadMs(): number {
    return Math.min(this.#running.size * RESTART_SPREAD_PER_SEARCH_MS, MAX_RESTART_SPREAD_MS);
  }

  onDone(search: Search): void {
    this.#running.remove(search);
    this.#idle.set(search.key, search);
    if (this.#idle.size > MAX_IDLE_SEARCHES) this.#forgetOldest();
  }

  onExpired(): void {
    if (this.#hadPeers) this.#tellExpired?.();
  }

  onRenewed(key: InfoHash, valueId: bigint): void {
    this.#tellRenewed?.(key, valueId);
  }

  /** The search for a key, running from now on; undefined when there are too many, and none that could be forgotten. */
  #open(key: InfoHash): Search | undefined {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const idle = this.#idle.get(key);
    if (idle === undefined && !this.#makeRoom()) return undefined;
    this.#idle.delete(key);
    const search = idle ?? new Search(this, key);
    this.#running.add(search);
    return search;
  }

  #makeRoom(): boolean {
    return this.size < this.#maxSearches || this.#forgetOldest();
  }

  /** Of those that nobody uses. False when there is none. */
  #forgetOldest(): boolean {
    for (const search of this.#idle.values()) {
      this.#idle.delete(search.key);
      search.shutdown();
      return true;
    }
    return false;
  }
}
