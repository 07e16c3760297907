import type { NodeId } from "../../id/index.ts";
import type { RandomSource } from "../../random/index.ts";
import type { Bucket, RoutingTable } from "../../routing/index.ts";
import type { Scheduler } from "../../scheduler/index.ts";
import { REFRESH_MS } from "../lifetime.ts";
import type { Lookups } from "../lookups.ts";

export interface RefreshOptions {
  readonly table: RoutingTable;
  readonly lookups: Lookups;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
}

/** Keeps buckets fresh: a range that no lookup has visited gets one for a random id in it (Kademlia paper §2.3). */
export class Refresh {
  readonly #options: RefreshOptions;

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  /** Refreshes buckets idle for an hour, one after the other. */
  async idleBuckets(): Promise<void> {
    const { table, scheduler } = this.#options;
    const idleSince = scheduler.now() - REFRESH_MS;
    await this.#refresh([...table.buckets()].filter((bucket) => bucket.touchedAt <= idleSince));
  }

  /** When joining: all buckets farther away than the nearest neighbour. */
  async beyond(neighbour: NodeId): Promise<void> {
    const { table } = this.#options;
    const shared = table.ownId.commonBits(neighbour);
    await this.#refresh([...table.buckets()].filter(({ prefix }) => prefix.commonBits(table.ownId) < shared));
  }

  async #refresh(buckets: readonly Bucket[]): Promise<void> {
    const { lookups, random } = this.#options;
    for (const { prefix, depth } of buckets) await lookups.nodes(prefix.randomWithSamePrefix(depth, random)).result;
  }
}
