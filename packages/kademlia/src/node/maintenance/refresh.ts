import type { NodeId } from "../../id/index.ts";
import type { RandomSource } from "../../random/index.ts";
import type { RoutingTable } from "../../routing/index.ts";
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
    for (const { prefix, depth, touchedAt } of [...table.buckets()]) {
      if (touchedAt <= idleSince) await this.#range(prefix, depth);
    }
  }

  /**
   * When joining: every range farther away than the nearest neighbour, that is, all ids that part from the own one at a
   * bit where the neighbour's does not yet. It fills our buckets, and others' with us.
   */
  async beyond(neighbour: NodeId): Promise<void> {
    const { ownId } = this.#options.table;
    const shared = ownId.commonBits(neighbour);
    for (let bit = 0; bit < shared; bit++) await this.#range(ownId.withBitFlipped(bit), bit + 1);
  }

  async #range(prefix: NodeId, bits: number): Promise<void> {
    const { lookups, random } = this.#options;
    await lookups.nodes(prefix.randomWithSamePrefix(bits, random)).result;
  }
}
