import { DEFAULT_PORT, type Family, type SockAddr } from "../address/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { Peer } from "../routing/index.ts";
import type { BlacklistEntry, TrafficStats } from "../rpc/index.ts";
import { searchesLog, searchLog } from "../search/index.ts";
import type { RefusalCounts } from "../store/index.ts";
import { type Filter, Filters, type Query, type Value } from "../value/index.ts";
import type { NodeEntry, ValuesExport } from "../wire/index.ts";
import { type DatagramObserver, DatagramObservers } from "./datagram-observer.ts";
import { exportNodes } from "./exported-nodes.ts";
import { exportValues, importValues } from "./exported-values.ts";
import type { FamilyState } from "./family-state.ts";
import { type LookupHop, LookupObserver } from "./lookup-observer.ts";
import { NodeCore } from "./node-core.ts";
import type { NodeOperations } from "./node-operations.ts";
import { type NodeInfo, type NodeStats, nodeStats } from "./node-stats.ts";
import type { NodeStatus } from "./node-status.ts";
import { GetOperation, type GetOptions } from "./operations/get.ts";
import { type Listening, ListenOperation, type ListenOptions } from "./operations/listen.ts";
import type { Operation } from "./operations/operation.ts";
import { Put, type PutOperation, type PutOptions } from "./operations/put.ts";
import { QueryOperation, type QueryOptions } from "./operations/query.ts";
import type { DhtNodeOptions } from "./options.ts";
import { formatRoutingTable } from "./routing-log.ts";
import { type HeldKey, heldKeys, type KnownPeer, knownPeers } from "./snapshots.ts";
import { StorageMaintenance } from "./storage-maintenance.ts";

/** What was received, sent and dropped. */
export type TrafficCounts = Readonly<Pick<TrafficStats, "received" | "sent" | "resent" | "dropped">>;

/** Queries counted by `messageStats`. */
export interface MessageCounts {
  readonly ping: number;
  readonly find: number;
  readonly get: number;
  readonly listen: number;
  readonly put: number;
}

/**
 * A node of the DHT, without any input or output of its own: datagrams go in by `receive` and out by `options.send`, time
 * and chance are handed in. It may live in an IPv4 network, an IPv6 network or both.
 *
 * Nothing here fails by exception because of the network; outcomes are told to callbacks. Those of operations may be
 * called before the method that starts the operation has returned. What a callback throws ends nothing here: it is thrown
 * again in a task of its own, where the platform reports it.
 */
export class DhtNode implements NodeOperations {
  readonly #core: NodeCore;
  readonly #storageMaintenance: StorageMaintenance;
  readonly #observers = new DatagramObservers();

  constructor(options: DhtNodeOptions) {
    const { send } = options;
    this.#core = new NodeCore({
      ...options,
      send: (datagram, to, expectsAnswer) => {
        this.#observers.onSent(datagram, to);
        send(datagram, to, expectsAnswer);
      },
    });
    this.#storageMaintenance = new StorageMaintenance(this.#core, options.maintainStorage ?? false);
  }

  get id(): InfoHash {
    return this.#core.id;
  }

  // ---- network ----

  /** Takes a datagram from the network. Whatever it holds, nothing is thrown; no reference to it is kept. */
  receive(datagram: Uint8Array, from: SockAddr): void {
    if (this.#core.isClosed) return;
    this.#observers.onReceived(datagram, from);
    this.#core.rpc.receive(datagram, from);
  }

  /** The system can't send there at all: who lives there is taken for dead. */
  sendFailed(to: SockAddr): void {
    this.#core.rpc.sendFailed(to);
  }

  get status4(): NodeStatus {
    return this.#core.status(4);
  }

  get status6(): NodeStatus {
    return this.#core.status(6);
  }

  /** Asks whoever lives at an address for a sign of life; the answer comes within 10 s. A node found so is remembered. */
  ping(address: SockAddr, onDone?: (ok: boolean) => void): void {
    this.#core.pingAddress(address.port === 0 ? address.withPort(DEFAULT_PORT) : address, onDone);
    this.#core.refreshStatus();
  }

  /** Takes note of a node that somebody told us of; it is asked when it is needed. */
  insertNode({ id, address }: NodeEntry): void {
    if (this.#core.isClosed || id.isZero() || id.equals(this.id) || address.isMartian()) return;
    const { rpc, scheduler } = this.#core;
    this.#core.family(address.family)?.lost.addNamed({ id, address });
    this.#core.onPeer(rpc.peers(address.family).mentioned(id, address, scheduler.now()), 0);
    this.#core.refreshStatus();
  }

  /** Adds a host to ask for the way into the network, and begins to ask. Port 0 is 4222. */
  addBootstrap(host: string, port = DEFAULT_PORT): void {
    this.#core.bootstrap.add(host, port);
    this.#core.refreshStatus();
  }

  clearBootstrap(): void {
    this.#core.bootstrap.clear();
    this.#core.refreshStatus();
  }

  /** Asks the bootstrap hosts now, instead of when it would be due. */
  startBootstrap(): void {
    this.#core.bootstrap.start();
    this.#core.refreshStatus();
  }

  /** Our addresses or our way to the network are others: confirms everything known, in one family or in both. */
  connectivityChanged(family?: Family): void {
    for (const each of [4, 6] as const)
      if (family === undefined || family === each) this.#core.connectivityChanged(each);
  }

  /** As what hosts (port 0) others see us, the most reported first; of both families IPv4 first. */
  publicAddresses(family?: Family): SockAddr[] {
    return this.#core.publicAddresses(family);
  }

  // ---- operations ----

  /** Values under a key: those held here at once, those of the network as they are found. */
  get(key: InfoHash, options: GetOptions): Operation {
    if (!this.#mayOperate(key)) return refused(() => options.onDone({ ok: false, nodes: [] }));
    return new GetOperation(this.#core, key, options).start();
  }

  /** Fields of values under a key, without the values. */
  query(key: InfoHash, query: Query, options: QueryOptions): Operation {
    if (!this.#mayOperate(key)) return refused(() => options.onDone({ ok: false, nodes: [] }));
    return new QueryOperation(this.#core, key, query, options).start();
  }

  /** Keeps a value here and on the nodes closest to the key. */
  put(key: InfoHash, value: Value, options: PutOptions = {}): PutOperation {
    const put = new Put(this.#core, key, value, options);
    if (this.#mayOperate(key)) put.start();
    else put.fail();
    return put;
  }

  /** Stops announcing a value and forgets the local copy. False when it isn't being announced. */
  cancelPut(key: InfoHash, valueId: bigint): boolean {
    return this.#core.cancelPut(key, valueId);
  }

  /** The values being announced under a key, or the one with that id. */
  getPut(key: InfoHash, valueId?: bigint): Value[] {
    // Both families announce the same value object.
    return [...new Set(this.#core.families.flatMap(({ searches }) => searches.announces(key, valueId)))];
  }

  /** Hears of values that appear or expire under a key, until it is cancelled. */
  listen(key: InfoHash, options: ListenOptions): Listening {
    if (!this.#mayOperate(key)) return { values: [], cancel: () => {} };
    const operation = new ListenOperation(this.#core, key, options);
    operation.start();
    return operation;
  }

  /** Values held here. */
  getLocal(key: InfoHash, filter: Filter = Filters.all()): Value[] {
    return this.#core.store.get(key).filter(filter);
  }

  getLocalById(key: InfoHash, valueId: bigint): Value | undefined {
    return this.#core.store.getById(key, valueId);
  }

  // ---- saving ----

  /** The good nodes, to be given to `insertNode` after a restart. */
  exportNodes(): NodeEntry[] {
    return exportNodes(this.#core.families, this.#core.scheduler.now());
  }

  /** All values held, key by key. */
  exportValues(): ValuesExport[] {
    return exportValues(this.#core.store);
  }

  /** Takes back what was exported, except what has expired since. Nothing is announced, nothing is permanent. */
  importValues(exports: readonly ValuesExport[]): void {
    importValues(this.#core.store, this.#core.types, exports, this.#core.scheduler.wallClock());
  }

  // ---- facts ----

  stats(family: Family): NodeStats {
    return nodeStats(this.#core.family(family), this.#core.scheduler.now());
  }

  /** @param known what only the owner of the sockets knows */
  info(known: { ongoingOperations?: number; port4?: number; port6?: number } = {}): NodeInfo {
    const { values, bytes, localValues, localBytes } = this.#core.store.stats;
    return {
      nodeId: this.id,
      ipv4: this.stats(4),
      ipv6: this.stats(6),
      ongoingOperations: known.ongoingOperations ?? 0,
      storageValues: values,
      storageSize: bytes,
      localStorageValues: localValues,
      localStorageSize: localBytes,
      port4: known.port4 ?? 0,
      port6: known.port6 ?? 0,
    };
  }

  /** Queries received or sent since this was last asked for that direction. */
  messageStats(direction: "in" | "out"): MessageCounts {
    const [ping, find, get, listen, put] = this.#core.rpc.stats.takeQueryCounts(direction);
    return { ping, find, get, listen, put };
  }

  /** Messages by kind and drops by reason, since the node began. */
  get traffic(): TrafficCounts {
    return this.#core.rpc.stats;
  }

  /** Addresses to which this node doesn't listen any more, the oldest entry first. */
  get blacklisted(): BlacklistEntry[] {
    return this.#core.rpc.blacklisted;
  }

  /** Values that others put here and that were not kept, by what spoke against them. */
  get refusals(): RefusalCounts {
    return this.#core.store.refusals;
  }

  /** Everybody in the routing tables. */
  get peers(): KnownPeer[] {
    const { families, scheduler } = this.#core;
    const now = scheduler.now();
    return knownPeers(families, now, scheduler.wallClock() - now);
  }

  /** Up to `limit` of the keys under which values are held, for others or for ourselves, or listened for. */
  heldKeys(limit: number): HeldKey[] {
    return heldKeys(this.#core.store, limit);
  }

  /** Watches every datagram of the node. Returns how to stop. */
  observe(observer: DatagramObserver): () => void {
    return this.#observers.add({
      onReceived: (datagram, from) => void this.#core.callUser(() => observer.onReceived(datagram, from)),
      onSent: (datagram, to) => void this.#core.callUser(() => observer.onSent(datagram, to)),
    });
  }

  /** Watches operations of the node hop by hop, its maintenance included. Returns how to stop. */
  observeLookups(onHop: (hop: LookupHop) => void): () => void {
    return this.observe(new LookupObserver(this.#core.scheduler, onHop));
  }

  storageLog(key?: InfoHash): string {
    return this.#core.store.log(key);
  }

  /** Empty for a family without socket. */
  routingLog(family: Family): string {
    const state = this.#core.family(family);
    return state === undefined ? "" : formatRoutingTable(state.table, this.#core.scheduler.now());
  }

  /** The searches of one family or of both. */
  searchesLog(family?: Family): string {
    return searchesLog(
      this.#familiesOf(family).map(({ searches }) => searches),
      this.#isKnown,
    );
  }

  /** The search for one key in one family or in both; empty where there is none. */
  searchLog(key: InfoHash, family?: Family): string {
    const searches = this.#familiesOf(family).map(({ searches }) => searches.find(key));
    return searches.map((search) => (search === undefined ? "" : searchLog(search, this.#isKnown))).join("");
  }

  /** Bytes of values that may be held for others; Infinity for no limit. A lower limit takes effect with the next put. */
  get storageLimit(): number {
    return this.#core.store.maxBytes;
  }

  set storageLimit(bytes: number) {
    this.#core.store.maxBytes = bytes;
  }

  /** Bytes of values of our own that may be held; Infinity for no limit. */
  get localStorageLimit(): number {
    return this.#core.store.maxLocalBytes;
  }

  set localStorageLimit(bytes: number) {
    this.#core.store.maxLocalBytes = bytes;
  }

  // ---- for what is built around a node ----

  /** Calls what a user has handed in. What it throws is thrown again later, where it ends nothing that is half done. */
  callUser<T>(callback: () => T): T | undefined {
    return this.#core.callUser(callback);
  }

  // ---- end ----

  /**
   * Prepares the end: with `stop`, operations fail and listens end now; with `maintainStorage`, all values held are handed
   * on to the nodes closest to their keys. The node goes on answering until `close`.
   */
  shutdown(options: { readonly stop?: boolean; readonly onDone?: () => void } = {}): void {
    if (options.stop) for (const { searches } of this.#core.families) searches.shutdown();
    this.#storageMaintenance.handOnEverything(() => void this.#core.callUser(() => options.onDone?.()));
  }

  /** Ends at once: operations fail, listened values are reported expired. No callback is called after this. */
  close(): void {
    this.#storageMaintenance.close();
    this.#core.close();
  }

  readonly #isKnown = (peer: Peer): boolean => this.#core.family(peer.family)?.table.has(peer) ?? false;

  #familiesOf(family: Family | undefined): readonly FamilyState[] {
    return this.#core.families.filter((state) => family === undefined || state.family === family);
  }

  #mayOperate(key: InfoHash): boolean {
    return !key.isZero() && !this.#core.isClosed;
  }
}

/** An operation that was over before it began. */
function refused(tell: () => void): Operation {
  tell();
  return { cancel: () => {} };
}
