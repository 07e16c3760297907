import type { Query } from "../value/index.ts";
import { TARGET_NODES } from "./limits.ts";
import { type ListenHandle, ListenOperation, type ListenSink } from "./listen-operation.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

/** The listen operations of one search. */
export class Listens {
  readonly #search: Search;
  readonly #operations = new Set<ListenOperation>();

  constructor(search: Search) {
    this.#search = search;
  }

  get isEmpty(): boolean {
    return this.#operations.size === 0;
  }

  [Symbol.iterator](): IterableIterator<ListenOperation> {
    return this.#operations.values();
  }

  /** The operation that hears at least what the query asks for. */
  find(query: Query): ListenOperation | undefined {
    for (const operation of this.#operations) if (query.isSatisfiedBy(operation.query)) return operation;
    return undefined;
  }

  add(query: Query, sink: ListenSink): ListenHandle {
    let operation = this.find(query);
    if (operation === undefined) {
      operation = new ListenOperation(this.#search, query);
      this.#operations.add(operation);
    }
    return operation.add(sink);
  }

  end(operation: ListenOperation): void {
    this.#operations.delete(operation);
    operation.close();
  }

  /**
   * Subscribes each operation at the closest synced nodes, up to `count` not counting candidates; what is urgent, at as
   * many as hold values: the closest from here may be none of those that somebody else can reach.
   * @returns when the next subscription is due there, monotonic ms
   */
  subscribe(count: number, now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const operation of this.#operations) {
      const most = operation.isUrgent ? TARGET_NODES : count;
      let visited = 0;
      for (const node of this.#search.nodes) {
        if (visited >= most) break;
        if (!node.isSynced(now)) continue;
        next = Math.min(next, operation.subscribe(node, now));
        const subscription = operation.subscriptionAt(node);
        if (node.isCandidate || subscription?.isRefused || subscription?.isSlow) continue;
        visited++;
      }
    }
    return next;
  }

  /** Looks for values that have timed out. Returns when that may happen next, monotonic ms. */
  expireValues(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const operation of [...this.#operations]) next = Math.min(next, operation.expireValues(now));
    return next;
  }

  /** The node is gone. */
  forget(node: SearchNode): void {
    for (const operation of [...this.#operations]) operation.forget(node);
  }

  onConnectivityChanged(): void {
    for (const operation of this.#operations) operation.onConnectivityChanged();
  }

  onTokenRejected(node: SearchNode): void {
    for (const operation of this.#operations) operation.subscriptionAt(node)?.onTokenRejected();
  }
}
