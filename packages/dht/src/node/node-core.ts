import type { Family, SockAddr } from "../address/index.ts";
import type { DhtProtocolError } from "../errors/index.ts";
import { InfoHash } from "../id/index.ts";
import { type Logger, silentLogger } from "../log/index.ts";
import type { RandomSource } from "../random/index.ts";
import { type Confirmation, NEVER, type Peer, RoutingTable } from "../routing/index.ts";
import { Rpc, type RpcEvents, resolveLimit } from "../rpc/index.ts";
import { type Scheduler, type Timer, throwLater } from "../scheduler/index.ts";
import { DEFAULT_MAX_SEARCHES, SearchTable } from "../search/index.ts";
import { Store } from "../store/index.ts";
import { ValueTypeRegistry } from "../value/index.ts";
import type { QueryMessage } from "../wire/index.ts";
import { Bootstrap } from "./bootstrap.ts";
import { FamilyState } from "./family-state.ts";
import { Greeter } from "./greeter.ts";
import { answer } from "./handlers/index.ts";
import { LostPeers } from "./lost-peers.ts";
import { Maintenance } from "./maintenance.ts";
import type { NodeStatus } from "./node-status.ts";
import type { ListenOperation } from "./operations/listen.ts";
import type { DhtNodeOptions, NodeEvents } from "./options.ts";
import { SignatureChecks } from "./signature-checks.ts";
import { SignedIds } from "./signed-ids.ts";

/** A quiet time after which a new neighbour is a reason to look around at once. */
const QUIET_MS = 5 * 60_000; // node behaviour §4
/** Connectivity is declared changed by dying searches at most this often per family; thousands may die together. */
const MIN_RESET_INTERVAL_MS = 10_000;

const IGNORE_OUTCOME = { onReply: () => {} };

/** The parts of a node and what they tell each other. `DhtNode` is the face of it. */
export class NodeCore implements RpcEvents {
  readonly id: InfoHash;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly types: ValueTypeRegistry;
  readonly rpc: Rpc;
  readonly store: Store;
  /** IPv4 before IPv6; only those with a socket. */
  readonly families: readonly FamilyState[];
  readonly bootstrap: Bootstrap;
  readonly maintenance: Maintenance;
  readonly signatureChecks: SignatureChecks;
  readonly listens = new Set<ListenOperation>();
  readonly signedIds = new SignedIds();
  readonly #events: NodeEvents;
  readonly #greeter: Greeter;
  /** How to end pings to addresses that wait for an answer. */
  readonly #addressPings = new Set<(ok: boolean) => void>();
  readonly #publicStable: boolean;
  #statusTimer: Timer | undefined;
  #isClosed = false;

  constructor(options: DhtNodeOptions) {
    const { scheduler, random } = options;
    this.scheduler = scheduler;
    this.random = random;
    this.id = options.id ?? InfoHash.random(random);
    this.log = options.log ?? silentLogger;
    this.types = options.types ?? new ValueTypeRegistry();
    this.#events = options.events ?? {};
    this.#publicStable = options.publicStable ?? false;
    this.signatureChecks = new SignatureChecks(options.checkSignature);
    this.rpc = new Rpc({
      ownId: this.id,
      network: options.network,
      clientMode: options.clientMode,
      scheduler,
      random,
      send: options.send,
      events: this,
      limits: options,
      log: this.log,
    });
    this.store = new Store({
      scheduler,
      random,
      types: this.types,
      limits: options,
      tellRemote: ({ peer, key, socketId, version }, news) => this.rpc.update(peer, key, socketId, version, news),
    });
    this.families = ([4, 6] as const).filter((family) => options.families[family]).map((f) => this.#live(f, options));
    this.#greeter = new Greeter(scheduler, (peer) => this.#ping(peer));
    this.bootstrap = new Bootstrap({
      scheduler,
      random,
      resolve: options.resolve,
      log: this.log,
      isLost: () => this.families.every((family) => family.currentStatus(scheduler.now()) === "disconnected"),
      lostAddresses: () => this.families.flatMap(({ lost }) => lost.all.map(({ address }) => address)),
      pingAddress: (address) => this.pingAddress(address),
      onChange: () => this.refreshStatus(),
    });
    this.maintenance = new Maintenance({
      scheduler,
      random,
      rpc: this.rpc,
      families: this.families,
      refreshStatus: () => this.refreshStatus(),
      sweepStore: () => this.store.sweep(),
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Undefined for a family without socket. */
  family(family: Family): FamilyState | undefined {
    const first = this.families[0];
    return first?.family === family ? first : this.families[1];
  }

  status(family: Family): NodeStatus {
    return this.family(family)?.status ?? "disconnected";
  }

  // ---- what the rpc tells ----

  onPeer(peer: Peer, confirmation: Confirmation): void {
    const family = this.family(peer.family);
    if (family === undefined) return;
    const { table } = family;
    const now = this.scheduler.now();
    const grownBefore = table.grownAt;
    const isNew = table.onPeer(peer, confirmation, now);
    if (confirmation === 2) {
      family.answeredAt = now;
      family.lost.remove(peer);
    }
    if (isNew || confirmation > 0) family.searches.onPeer(peer);
    if (isNew && confirmation < 2 && table.grownAt !== grownBefore && grownBefore < now - QUIET_MS) {
      this.maintenance.hurry();
    }
    if (isNew && confirmation === 1 && peer.repliedAt === NEVER && table.has(peer)) this.#greeter.greet(peer);
    if (family.status !== "connected" && (isNew || confirmation === 2)) this.#refreshStatusSoon();
  }

  onQuery(query: QueryMessage, peer: Peer, from: SockAddr): void {
    answer(this, query, peer, from);
  }

  onReportedAddress(address: SockAddr): void {
    const family = this.family(address.family);
    if (!family?.reported.add(address)) return;
    this.callUser(() => this.#events.onPublicAddress?.(this.publicAddresses()));
  }

  onTokenRejected(peer: Peer): void {
    this.family(peer.family)?.searches.onTokenRejected(peer);
  }

  onProtocolError(error: DhtProtocolError): void {
    if (this.log.isEnabled("debug")) this.log.log("debug", error.message);
    this.callUser(() => this.#events.onError?.(error));
  }

  onPeerExpired(peer: Peer): void {
    const family = this.family(peer.family);
    family?.searches.onPeerExpired(peer);
    family?.lost.add(peer);
    this.#refreshStatusSoon();
  }

  // ---- network ----

  /** Asks whoever lives there for a sign of life. */
  pingAddress(address: SockAddr, onDone?: (ok: boolean) => void): void {
    const family = this.family(address.family);
    if (family === undefined || address.isMartian() || this.#isClosed) {
      this.callUser(() => onDone?.(false));
      return;
    }
    family.pendingPings++;
    const end = (ok: boolean) => {
      if (!this.#addressPings.delete(end)) return;
      family.pendingPings--;
      this.#refreshStatusSoon();
      this.callUser(() => onDone?.(ok));
    };
    this.#addressPings.add(end);
    this.rpc.pingAddress(address, { onReply: () => end(true), onExpired: () => end(false) });
  }

  /** Our way to the network, or the network itself, is another: everything known is to be confirmed again. */
  connectivityChanged(family: Family): void {
    const state = this.family(family);
    if (state === undefined || this.#isClosed) return;
    this.bootstrap.start();
    this.#doubtEverything(state);
  }

  /** As what hosts our peers see us, the most reported first; of both families IPv4 first. */
  publicAddresses(family?: Family): SockAddr[] {
    const asked = this.families.filter((state) => family === undefined || state.family === family);
    return asked.flatMap(({ reported }) => reported.list);
  }

  cancelPut(key: InfoHash, valueId: bigint): boolean {
    let wasAnnounced = false;
    for (const { searches } of this.families) if (searches.cancelAnnounce(key, valueId)) wasAnnounced = true;
    if (wasAnnounced) this.store.remove(key, valueId);
    return wasAnnounced;
  }

  /** Calls what the user has handed in; undefined, and no harm to us, when it throws. */
  callUser<T>(callback: () => T): T | undefined {
    try {
      return callback();
    } catch (error) {
      throwLater(this.scheduler, error);
      return undefined;
    }
  }

  // ---- status ----

  /** Finds out how both families are, and tells who wants to know. */
  refreshStatus(): void {
    this.#statusTimer?.cancel();
    this.#statusTimer = undefined;
    if (this.#isClosed) return;
    const now = this.scheduler.now();
    let hasChanged = false;
    for (const family of this.families) {
      const current = family.currentStatus(now);
      const status = current === "disconnected" && this.bootstrap.isAboutToPing ? "connecting" : current;
      if (status === family.status) continue;
      family.status = status;
      hasChanged = true;
    }
    if (hasChanged) this.#onStatusChange();
  }

  #refreshStatusSoon(): void {
    if (this.#statusTimer !== undefined || this.#isClosed) return;
    this.#statusTimer = this.scheduler.at(this.scheduler.now(), () => this.refreshStatus());
  }

  #onStatusChange(): void {
    const statuses = this.families.map((family) => family.status);
    if (statuses.includes("connected")) {
      this.bootstrap.stop();
      for (const { searches } of this.families) searches.stepAll();
    } else if (statuses.every((status) => status === "disconnected")) this.bootstrap.resume();
    if (this.log.isEnabled("debug")) this.log.log("debug", `IPv4 ${this.status(4)}, IPv6 ${this.status(6)}`);
    this.callUser(() => this.#events.onStatus?.(this.status(4), this.status(6)));
  }

  // ---- end ----

  /** Stops everything: what is pending fails, listened values are reported expired, no timer is left. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const listen of [...this.listens]) listen.close();
    for (const { searches } of this.families) searches.shutdown();
    for (const end of [...this.#addressPings]) end(false);
    this.maintenance.close();
    this.bootstrap.close();
    this.#statusTimer?.cancel();
    this.store.close();
    this.rpc.shutdown();
  }

  #live(family: Family, options: DhtNodeOptions): FamilyState {
    const { scheduler, random, rpc, types } = this;
    const peers = rpc.peers(family);
    const table = new RoutingTable({
      family,
      ownId: this.id,
      isBootstrap: options.isBootstrap,
      ping: (peer) => this.#ping(peer),
    });
    const searches = new SearchTable({
      family,
      scheduler,
      random,
      rpc,
      peers,
      types,
      maxSearches: resolveLimit(options.maxSearches, DEFAULT_MAX_SEARCHES),
      publicStable: options.publicStable,
      onExpired: () => {
        const state = this.family(family);
        if (state !== undefined) this.#onSearchExpired(state);
      },
      // OpenDHT doesn't tell the listeners of a value's origin that it lives on, so they lose it; here they are told.
      onRenewed: (key, valueId) => void this.store.refresh(key, valueId),
    });
    return new FamilyState(family, peers, table, searches, new LostPeers(random));
  }

  #ping(peer: Peer): void {
    this.rpc.ping(peer, IGNORE_OUTCOME);
  }

  /**
   * All nodes of a search are dead: it may be us who lost the network. OpenDHT always concludes so; then nobody is good until
   * it has answered again, and bootstrap hosts are asked as often as at first. Here that isn't done to a node whom others
   * have just answered, nor over and over, and the bootstrap keeps its pace.
   */
  #onSearchExpired(family: FamilyState): void {
    const since = this.scheduler.now() - MIN_RESET_INTERVAL_MS;
    if (this.#publicStable || family.answeredAt > since || family.resetAt > since) return;
    this.#doubtEverything(family);
  }

  #doubtEverything(family: FamilyState): void {
    const now = this.scheduler.now();
    family.resetAt = now;
    family.table.connectivityChanged(now);
    family.peers.connectivityChanged();
    family.reported.clear();
    family.searches.connectivityChanged();
    this.maintenance.confirmWithin(0);
    this.refreshStatus();
  }
}
