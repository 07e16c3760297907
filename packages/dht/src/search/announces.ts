import { Announce } from "./announce.ts";
import type { Announcement } from "./announcement.ts";
import { TARGET_NODES } from "./limits.ts";
import { Probe } from "./probe.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

const NONE: ReadonlyMap<bigint, Announce> = new Map();

/** The values that one search announces. */
export class Announces {
  readonly #search: Search;
  /** Only while there are any: one that lived on would keep what was in it until the next full collection. */
  #current: Map<bigint, Announce> | undefined;
  /** The earliest future due time that `send` has seen, monotonic ms. */
  #nextDue = Number.POSITIVE_INFINITY;

  constructor(search: Search) {
    this.#search = search;
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** Somebody wants to hear how a put goes. */
  get isWaitedFor(): boolean {
    for (const announce of this.#byId.values()) if (announce.isWaitedFor) return true;
    return false;
  }

  get areUrgent(): boolean {
    for (const announce of this.#byId.values()) if (announce.isUrgent) return true;
    return false;
  }

  [Symbol.iterator](): IterableIterator<Announce> {
    return this.#byId.values();
  }

  add(announcement: Announcement): void {
    const { value } = announcement;
    const announce = this.#byId.get(value.id);
    if (announce === undefined) this.#begin(new Announce(this.#search, announcement));
    else if (announce.value.equals(value)) {
      announce.join(announcement);
      this.onDelivered(announce, this.#search.host.scheduler.now());
    } else announce.replace(announcement);
  }

  /** Ends the announcement; puts that wait for it fail (OpenDHT leaves them waiting). False when there is none. */
  cancel(id: bigint): boolean {
    const announce = this.#byId.get(id);
    if (announce === undefined) return false;
    this.#remove(announce);
    announce.settle(false, []);
    return true;
  }

  /** Tells whoever waits about the announcements that have ended well or can't. Call it only while the search is synced. */
  complete(now: number): void {
    // A copy, because who is told may put and cancel.
    for (const announce of [...this.#byId.values()]) if (this.#isCurrent(announce)) this.#complete(announce, now);
  }

  /**
   * Tells whoever is in a hurry, without waiting for nodes that should have answered by now: they get a permanent value when
   * they do. Call it only while the others are synced.
   */
  completeUrgent(now: number): void {
    for (const announce of [...this.#byId.values()])
      if (this.#isCurrent(announce) && isHurried(announce)) this.#complete(announce, now);
  }

  /** A node has acknowledged: that may have been the last one. */
  onDelivered(announce: Announce, now: number): void {
    if (!this.#isCurrent(announce)) return;
    const { nodes } = this.#search;
    const isReached = nodes.isSynced(now) || (isHurried(announce) && nodes.isSyncedSoFar(now));
    if (isReached) this.#complete(announce, now);
  }

  /** Nobody answers: whoever waits hears it, permanent values wait for better times. */
  fail(): void {
    for (const announce of [...this.#byId.values()]) {
      if (!this.#isCurrent(announce)) continue;
      if (!announce.isPermanent) this.#remove(announce);
      announce.settle(false, []);
    }
  }

  /**
   * Sends what is due to the closest synced nodes, up to `count` not counting candidates; what is urgent, also to others
   * that would be among the closest if those before them didn't answer.
   * @returns when something will be due there next; what is under way doesn't count
   */
  send(count: number, now: number): number {
    this.#nextDue = Number.POSITIVE_INFINITY;
    const urgentCount = this.areUrgent ? TARGET_NODES : 0;
    let visited = 0;
    for (const node of this.#search.nodes) {
      if (visited >= count && visited >= urgentCount) break;
      if (!node.isSynced(now)) continue;
      const isWelcome = this.#sendTo(node, visited >= count, now);
      if (isWelcome && !node.isCandidate) visited++;
    }
    return this.#nextDue;
  }

  /** What a node holds is known now: each due value goes out in the cheapest way. */
  onProbed(node: SearchNode, held: ReadonlyMap<bigint, number>): void {
    const now = this.#search.host.scheduler.now();
    for (const announce of [...this.#byId.values()]) {
      if (!this.#isCurrent(announce)) continue;
      const delivery = announce.deliveryTo(node);
      if (!delivery.isDue(now)) continue;
      const version = held.get(announce.value.id);
      if (version === undefined || version < announce.value.seq) delivery.put();
      else if (announce.isPermanent) delivery.refresh();
      else delivery.acknowledge();
    }
  }

  forget(node: SearchNode): void {
    for (const announce of this.#byId.values()) announce.forget(node);
  }

  get #byId(): ReadonlyMap<bigint, Announce> {
    return this.#current ?? NONE;
  }

  #begin(announce: Announce): void {
    this.#current ??= new Map();
    this.#current.set(announce.value.id, announce);
  }

  /** False when the node refuses all that is announced: the next one has to stand in for it. */
  #sendTo(node: SearchNode, onlyUrgent: boolean, now: number): boolean {
    let mustProbe = false;
    let isWelcome = false;
    for (const announce of this.#byId.values()) {
      if (onlyUrgent && !announce.isUrgent) continue;
      const delivery = announce.deliveryTo(node);
      if (!delivery.isRefused) isWelcome = true;
      if (node.probe !== undefined || delivery.isUnderWay) continue;
      if (!delivery.isDue(now)) this.#nextDue = Math.min(this.#nextDue, delivery.dueAt);
      else if (announce.isPermanent) mustProbe = true;
      else delivery.put();
    }
    if (mustProbe) new Probe(this.#search, node).send();
    return isWelcome;
  }

  #complete(announce: Announce, now: number): void {
    if (announce.isSettled) return;
    const outcome = announce.outcome(now);
    if (outcome === "underWay") return;
    if (!announce.isPermanent) this.#remove(announce);
    announce.settle(outcome === "announced", this.#search.nodes.peers);
    if (!announce.isPermanent) announce.release();
  }

  #remove(announce: Announce): void {
    this.#current?.delete(announce.value.id);
    announce.cancel();
    if (!this.isEmpty) return;
    this.#current = undefined;
    for (const node of this.#search.nodes) node.probe?.cancel();
  }

  #isCurrent(announce: Announce): boolean {
    return this.#byId.get(announce.value.id) === announce;
  }
}

/** One that isn't permanent ends when it is told, so it waits for everybody. */
function isHurried({ isUrgent, isPermanent }: Announce): boolean {
  return isUrgent && isPermanent;
}
