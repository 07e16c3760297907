import type { NodeId } from "../id/index.ts";
import { Lookup, type LookupResult } from "../lookup/index.ts";
import type { Contact, RoutingTable } from "../routing/index.ts";
import type { Rpc, Transport } from "../rpc/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import type { Admission } from "./admission.ts";
import { REFRESH_MS } from "./lifetime.ts";

/** Contacts that a lookup starts with, in multiples of k. */
const SEEDS_IN_K = 2;

export interface LookupsOptions {
  readonly ownId: NodeId;
  readonly alpha: number;
  readonly table: RoutingTable;
  readonly rpc: Rpc;
  readonly transport: Transport;
  readonly scheduler: Scheduler;
  readonly admission: Admission;
}

/** The kinds of lookup that a node makes, started from its routing table and feeding it. */
export class Lookups {
  readonly #options: LookupsOptions;

  constructor(options: LookupsOptions) {
    this.#options = options;
  }

  /** The k nodes nearest to a target. `seeds` are asked besides the contacts of the table. */
  nodes(target: NodeId, seeds: readonly NodeEntry[] = []): Lookup {
    return this.#start(target, "find_node", [...seeds, ...this.#seeds(target)], Number.POSITIVE_INFINITY, true);
  }

  /** Looks for the value at a key until `quorum` nodes have given one. */
  values(key: NodeId, quorum: number): Lookup {
    return this.#start(key, "find_value", this.#seeds(key), quorum, true);
  }

  /**
   * Asks all of the k nodes nearest to a key what they hold. Where the table knows them and has heard of each within
   * the hour, no search is needed: the own neighbourhood is known in full (Kademlia paper §2.5).
   */
  async census(key: NodeId): Promise<LookupResult> {
    const { ownId, table, scheduler } = this.#options;
    const freshSince = scheduler.now() - REFRESH_MS;
    const nearest = this.#seeds(key).slice(0, table.k);
    const farthest = nearest[table.k - 1];
    const isOwnNeighbourhood = farthest !== undefined && key.compareDistance(ownId, farthest.id) < 0;
    if (isOwnNeighbourhood && nearest.every(({ seenAt }) => seenAt > freshSince)) {
      const result = await this.#start(key, "find_value", nearest, Number.POSITIVE_INFINITY, false).result;
      if (result.closest.length === table.k) return result;
    }
    return this.values(key, Number.POSITIVE_INFINITY).result;
  }

  #start(
    target: NodeId,
    method: "find_node" | "find_value",
    seeds: readonly NodeEntry[],
    quorum: number,
    follow: boolean,
  ): Lookup {
    const { ownId, alpha, table, rpc, transport, scheduler, admission } = this.#options;
    table.touch(target, scheduler.now());
    return new Lookup({
      rpc,
      ownId,
      target,
      method,
      k: table.k,
      alpha,
      seeds,
      quorum,
      follow,
      mayAsk: ({ id, address }, namedBy) =>
        !id.equals(ownId) &&
        address.makesSenseTo(namedBy) &&
        transport.reaches(address) &&
        !table.findByAddress(address)?.isResting(scheduler.now()),
      onAnswered: (node) => admission.heardFrom(node),
    });
  }

  /**
   * Contacts to start from, nearest first: more than will be asked, so that there is somebody to turn to when some of
   * the nearest are dead and all answers name the same. Resting ones only when all rest, because we were cut off.
   */
  #seeds(target: NodeId): readonly Contact[] {
    const { table, scheduler } = this.#options;
    const now = scheduler.now();
    const count = table.k * SEEDS_IN_K;
    const awake = table.closest(target, count, (contact) => !contact.isResting(now));
    return awake.length > 0 ? awake : table.closest(target, count);
  }
}
