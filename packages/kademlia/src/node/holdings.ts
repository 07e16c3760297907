import type { NodeId } from "../id/index.ts";
import { type RandomSource, uniform } from "../random/index.ts";
import type { RoutingTable } from "../routing/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { Pair, Storage } from "../storage/index.ts";
import type { PackedValue } from "../value/index.ts";
import { EXPIRE_MS, lifetimeMs, REPLICATE_MS, REPLICATE_SPREAD_MS } from "./lifetime.ts";

export interface HoldingsOptions {
  readonly storage: Storage;
  readonly table: RoutingTable;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
}

/** What this node holds for the network: the rules of time and precedence around a storage. */
export class Holdings {
  readonly storage: Storage;
  readonly #table: RoutingTable;
  readonly #scheduler: Scheduler;
  readonly #random: RandomSource;

  constructor({ storage, table, scheduler, random }: HoldingsOptions) {
    this.storage = storage;
    this.#table = table;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  get(key: NodeId): Pair | undefined {
    const pair = this.storage.get(key);
    return pair && pair.expiresAt > this.#scheduler.wallClock() ? pair : undefined;
  }

  /** A publisher stores: the last one wins. False if there is no room. */
  publish(key: NodeId, value: PackedValue): boolean {
    return this.#keep(key, value, this.#scheduler.wallClock());
  }

  /**
   * A holder hands on what was published `ageMs` ago. False if it is too old, if something newer is held already, or if
   * there is no room. The same value again only tells that somebody else has seen to it (Kademlia paper §2.5).
   */
  replicate(key: NodeId, value: PackedValue, ageMs: number): boolean {
    const publishedAt = this.#scheduler.wallClock() - ageMs;
    if (ageMs >= EXPIRE_MS) return false;
    const held = this.get(key);
    if (!held || held.publishedAt < publishedAt) return this.#keep(key, value, publishedAt);
    if (!held.value.equals(value)) return false;
    return this.storage.set({ ...held, replicateAt: this.#nextReplication() });
  }

  /** The pair was handed on, or need not be: think of it again in an hour. */
  postpone(key: NodeId): void {
    const pair = this.get(key);
    if (pair) this.storage.set({ ...pair, replicateAt: this.#nextReplication() });
  }

  #keep(key: NodeId, value: PackedValue, publishedAt: number): boolean {
    const now = this.#scheduler.wallClock();
    const life = lifetimeMs(this.#table.countNearerThanSelf(key), this.#table.k);
    const expiresAt = Math.min(publishedAt + EXPIRE_MS, now + life);
    return this.storage.set({ key, value, publishedAt, expiresAt, replicateAt: this.#nextReplication() });
  }

  #nextReplication(): number {
    return this.#scheduler.wallClock() + REPLICATE_MS + uniform(this.#random, 0, REPLICATE_SPREAD_MS);
  }
}
