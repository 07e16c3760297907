import type { Peer } from "../routing/index.ts";
import type { Value } from "../value/index.ts";
import { type Announcement, NO_TALLY, type Tally } from "./announcement.ts";
import { Delivery } from "./delivery.ts";
import { TARGET_NODES } from "./limits.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

/** One value that a search brings to the closest nodes, for all the puts of it. */
export class Announce {
  readonly #search: Search;
  #value: Value;
  #permanent: boolean;
  #created: number;
  #urgent: boolean;
  /** Puts that haven't heard yet how it went. */
  #waiting: Announcement[];
  #deliveries = new Map<SearchNode, Delivery>();
  /** What became of it at nodes that have left the search. */
  #departed = { ...NO_TALLY };
  /** When it was last announced as a whole, monotonic ms; undefined before the first time. */
  #announcedAt: number | undefined;

  constructor(search: Search, announcement: Announcement) {
    this.#search = search;
    this.#value = announcement.value;
    this.#permanent = announcement.permanent;
    this.#created = announcement.created;
    this.#urgent = announcement.urgent === true;
    this.#waiting = [announcement];
  }

  get value(): Value {
    return this.#value;
  }

  get isPermanent(): boolean {
    return this.#permanent;
  }

  /** When the value was made, Unix time in ms. */
  get created(): number {
    return this.#created;
  }

  get isUrgent(): boolean {
    return this.#urgent;
  }

  get isWaitedFor(): boolean {
    return this.#waiting.length > 0;
  }

  /** Nobody has to be told how it goes, and nothing has to be done when it is announced. */
  get isSettled(): boolean {
    return this.#permanent && this.#announcedAt !== undefined && !this.isWaitedFor;
  }

  /** Another put of the same content. */
  join(announcement: Announcement): void {
    this.#permanent = announcement.permanent;
    this.#created = announcement.created;
    this.#urgent ||= announcement.urgent === true;
    this.#waiting.push(announcement);
  }

  /** A put of other content under the same id: whoever waits for the old one has lost. */
  replace(announcement: Announcement): void {
    this.cancel();
    const lost = this.#waiting;
    const tally = this.#tally();
    this.#value = announcement.value;
    this.#permanent = announcement.permanent;
    this.#created = announcement.created;
    this.#urgent = announcement.urgent === true;
    this.#deliveries = new Map();
    this.#departed = { ...NO_TALLY };
    this.#announcedAt = undefined;
    this.#waiting = [announcement];
    for (const announcement of lost) announcement.onDone(false, [], tally);
  }

  /** What became of it at the node so far. */
  getDelivery(node: SearchNode): Delivery | undefined {
    return this.#deliveries.get(node);
  }

  deliveryTo(node: SearchNode): Delivery {
    let delivery = this.#deliveries.get(node);
    if (delivery === undefined) {
      delivery = new Delivery(this.#search, node, this);
      this.#deliveries.set(node, delivery);
    }
    return delivery;
  }

  /** The node has left the search. */
  forget(node: SearchNode): void {
    const delivery = this.#deliveries.get(node);
    if (delivery === undefined) return;
    this.#deliveries.delete(node);
    delivery.cancel();
    count(this.#departed, delivery);
  }

  /**
   * - `announced`: the closest nodes that aren't bad have all acknowledged; the next ones stand in for those that refused
   * - `refused`: nobody is left who hasn't refused
   * - `underWay` otherwise
   */
  outcome(now: number): "announced" | "refused" | "underWay" {
    let acknowledged = 0;
    let refused = 0;
    for (const node of this.#search.nodes) {
      if (node.isBad(now) || (this.#urgent && this.#permanent && node.isOverdue(now))) continue;
      const delivery = this.#deliveries.get(node);
      if (delivery?.isRefused) refused++;
      else if (!delivery?.isAcknowledged) return "underWay";
      else if (++acknowledged === TARGET_NODES) break;
    }
    if (acknowledged > 0) return "announced";
    return refused > 0 ? "refused" : "underWay";
  }

  /** Tells everybody who waits how it went. */
  settle(ok: boolean, peers: readonly Peer[]): void {
    if (ok) this.#announcedAt ??= this.#search.host.scheduler.now();
    this.#urgent = false; // nobody waits any more
    const told = this.#waiting;
    this.#waiting = [];
    if (told.length === 0) return;
    const tally = this.#tally();
    for (const announcement of told) announcement.onDone(ok, peers, tally);
  }

  /** A node gets the value another time. Told to the host once per round, not once per node. */
  onRenewal(now: number, intervalMs: number): void {
    if (this.#announcedAt === undefined || now < this.#announcedAt + intervalMs / 2) return;
    this.#announcedAt = now;
    this.#search.host.onRenewed(this.#search.key, this.#value.id);
  }

  /** Lets go of what it knows, when nobody asks for it any more. */
  release(): void {
    this.#deliveries.clear();
  }

  /** Ends all requests under way. */
  cancel(): void {
    for (const delivery of this.#deliveries.values()) delivery.cancel();
  }

  #tally(): Tally {
    const tally = { ...this.#departed };
    for (const delivery of this.#deliveries.values()) count(tally, delivery);
    return tally;
  }
}

function count(tally: { -readonly [K in keyof Tally]: Tally[K] }, delivery: Delivery): void {
  if (delivery.wasTried) tally.asked++;
  if (delivery.isAcknowledged) tally.acknowledged++;
  else if (delivery.wasRejected) {
    tally.refused++;
    tally.refusal ??= delivery.refusal;
  }
}
