import type { Query } from "../value/index.ts";
import type { Announce } from "./announce.ts";
import type { Announcement } from "./announcement.ts";
import { Announces } from "./announces.ts";
import { Gets } from "./gets.ts";
import { LISTEN_NODES } from "./limits.ts";
import type { ListenHandle, ListenOperation, ListenSink } from "./listen-operation.ts";
import { Listens } from "./listens.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

/** What a search is for: gets, announcements and listens. Most searches have but one kind, so the others are made late. */
export class Operations {
  readonly gets: Gets;
  readonly #search: Search;
  #announces: Announces | undefined;
  #listens: Listens | undefined;

  constructor(search: Search) {
    this.#search = search;
    this.gets = new Gets(search);
  }

  get announces(): Iterable<Announce> {
    return this.#announces ?? [];
  }

  get listens(): Iterable<ListenOperation> {
    return this.#listens ?? [];
  }

  get isEmpty(): boolean {
    return this.gets.count === 0 && (this.#announces?.isEmpty ?? true) && (this.#listens?.isEmpty ?? true);
  }

  /** Somebody wants to hear how a get or put ends. */
  get isWaitedFor(): boolean {
    return this.gets.count > 0 || (this.#announces?.isWaitedFor ?? false);
  }

  /** Somebody is in a hurry. */
  get areUrgent(): boolean {
    return this.gets.areUrgent || (this.#announces?.areUrgent ?? false);
  }

  announce(announcement: Announcement): void {
    this.#announces ??= new Announces(this.#search);
    this.#announces.add(announcement);
  }

  /** False when there is no such announcement. */
  cancelAnnounce(id: bigint): boolean {
    return this.#announces?.cancel(id) ?? false;
  }

  listen(query: Query, sink: ListenSink): ListenHandle {
    this.#listens ??= new Listens(this.#search);
    return this.#listens.add(query, sink);
  }

  endListen(operation: ListenOperation): void {
    this.#listens?.end(operation);
  }

  /** The listen operation that hears at least what the query asks for. */
  findListen(query: Query): ListenOperation | undefined {
    return this.#listens?.find(query);
  }

  /** Ends what the closest nodes have all answered. Call it only while the search is synced. */
  complete(now: number): void {
    this.gets.complete(now);
    this.#announces?.complete(now);
  }

  /** The same for puts that are urgent. Call it while all are synced but those that should have answered by now. */
  completeUrgent(now: number): void {
    this.#announces?.completeUrgent(now);
  }

  /** Nobody answers: gets and puts fail, listens and permanent values wait for better times. */
  fail(): void {
    this.gets.fail();
    this.#announces?.fail();
  }

  /** Ends everything: gets and puts fail, listened values expire. */
  shutdown(): void {
    this.gets.fail();
    for (const { value } of [...this.announces]) this.cancelAnnounce(value.id);
    for (const operation of [...this.listens]) this.endListen(operation);
  }

  /** Gives back the memory of what is over. */
  clear(): void {
    this.#announces = undefined;
    this.#listens = undefined;
  }

  /**
   * Announces and subscribes where that is due, at the `reach` closest synced nodes.
   * @returns when something will be due next, monotonic ms
   */
  work(reach: number, now: number): number {
    let next = this.#listens?.expireValues(now) ?? Number.POSITIVE_INFINITY;
    if (this.#listens) next = Math.min(next, this.#listens.subscribe(Math.min(reach, LISTEN_NODES), now));
    if (this.#announces) next = Math.min(next, this.#announces.send(reach, now));
    return next;
  }

  onProbed(node: SearchNode, held: ReadonlyMap<bigint, number>): void {
    this.#announces?.onProbed(node, held);
  }

  onDelivered(announce: Announce, now: number): void {
    this.#announces?.onDelivered(announce, now);
  }

  onTokenRejected(node: SearchNode): void {
    this.#listens?.onTokenRejected(node);
  }

  onConnectivityChanged(): void {
    this.#listens?.onConnectivityChanged();
  }

  /** Subscriptions at the node are gone, and with them what only it had. */
  unsubscribe(node: SearchNode): void {
    this.#listens?.forget(node);
  }

  /** The node has left the search. */
  forget(node: SearchNode): void {
    this.#announces?.forget(node);
    this.#listens?.forget(node);
  }
}
