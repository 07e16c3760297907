import type { Timer } from "../scheduler/index.ts";
import type { Query, Value } from "../value/index.ts";
import { type HeardSource, HeardValues } from "./heard-values.ts";
import { LISTEN_LINGER_MS } from "./limits.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";
import { Subscription } from "./subscription.ts";

/** Who listens. */
export interface ListenSink {
  /** At all nodes to which values are announced, instead of at the closest of them. */
  readonly urgent?: boolean | undefined;
  /** Values that have come into being (or were edited), or that nobody holds any more: more than the query asks for, perhaps. */
  onValues(values: readonly Value[], expired: boolean): void;
}

/** One listen of a user, to be handed back for cancelling. */
export interface ListenHandle {
  readonly operation: ListenOperation;
  readonly sink: ListenSink;
}

/** The subscriptions for one query on the closest nodes, shared by all listens that it satisfies. */
export class ListenOperation {
  readonly query: Query;
  readonly #search: Search;
  readonly #handles = new Set<ListenHandle>();
  readonly #subscriptions = new Map<SearchNode, Subscription>();
  readonly #heard: HeardValues;
  #linger: Timer | undefined;

  constructor(search: Search, query: Query) {
    this.#search = search;
    this.query = query;
    this.#heard = new HeardValues(search.host.types);
  }

  get isUsed(): boolean {
    return this.#handles.size > 0;
  }

  /** Somebody must not miss anything. */
  get isUrgent(): boolean {
    for (const { sink } of this.#handles) if (sink.urgent) return true;
    return false;
  }

  /** It subscribes somewhere, and everybody who doesn't refuse has acknowledged: what it knows is what there is. */
  get isSynced(): boolean {
    let isSynced = false;
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.isSynced) isSynced = true;
      else if (!subscription.isRefused) return false;
    }
    return isSynced;
  }

  get values(): Value[] {
    return this.#heard.values;
  }

  subscriptionAt(node: SearchNode): Subscription | undefined {
    return this.#subscriptions.get(node);
  }

  /** The listener hears at once what is known already. */
  add(sink: ListenSink): ListenHandle {
    this.#linger?.cancel();
    this.#linger = undefined;
    const handle = { operation: this, sink };
    this.#handles.add(handle);
    if (this.#heard.size > 0) sink.onValues(this.values, false);
    return handle;
  }

  /**
   * False when the listener had left already. After the last one the operation goes on for a while: who comes back in
   * that time finds the values here.
   */
  remove(handle: ListenHandle): boolean {
    if (!this.#handles.delete(handle)) return false;
    if (this.isUsed) return true;
    const { scheduler } = this.#search.host;
    this.#linger = scheduler.at(scheduler.now() + LISTEN_LINGER_MS, () => this.#search.endListen(this));
    return true;
  }

  /** Subscribes at the node if that is due. Returns when it will be due next, monotonic ms. */
  subscribe(node: SearchNode, now: number): number {
    let subscription = this.#subscriptions.get(node);
    if (subscription === undefined) {
      subscription = new Subscription(this.#search, node, this);
      this.#subscriptions.set(node, subscription);
    }
    return subscription.renew(now);
  }

  onConnectivityChanged(): void {
    for (const subscription of this.#subscriptions.values()) subscription.onConnectivityChanged();
  }

  /** A node is heard of for the first time. */
  openSource(): HeardSource {
    return this.#heard.openSource();
  }

  onValues(source: HeardSource, values: readonly Value[], now: number): void {
    this.#tell(this.#heard.add(source, values, now), false);
  }

  onRefreshed(source: HeardSource, ids: readonly bigint[], now: number): void {
    this.#heard.refresh(source, ids, now);
  }

  onExpired(source: HeardSource, ids: readonly bigint[]): void {
    this.#tell(this.#heard.remove(source, ids), true);
  }

  /** Looks for values that have timed out. Returns when that may happen next, monotonic ms. */
  expireValues(now: number): number {
    this.#tell(this.#heard.expire(now), true);
    return this.#heard.nextExpiry;
  }

  /** The node is gone, and with it what only it had. */
  forget(node: SearchNode): void {
    const subscription = this.#subscriptions.get(node);
    if (subscription === undefined) return;
    this.#subscriptions.delete(node);
    subscription.close();
    if (subscription.source !== undefined) this.#tell(this.#heard.closeSource(subscription.source), true);
  }

  /** Closes all subscriptions. Nothing is sent: the other side forgets us by itself. */
  close(): void {
    this.#linger?.cancel();
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
    this.#tell(this.#heard.clear(), true);
  }

  #tell(values: readonly Value[], expired: boolean): void {
    if (values.length === 0) return;
    // A copy, because a listener may leave or bring another one when it is told.
    for (const handle of [...this.#handles]) if (this.#handles.has(handle)) handle.sink.onValues(values, expired);
  }
}
