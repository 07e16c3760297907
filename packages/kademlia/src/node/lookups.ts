import type { NodeId } from "../id/index.ts";
import { Lookup, type LookupResult } from "../lookup/index.ts";
import type { RoutingTable } from "../routing/index.ts";
import type { Rpc, Transport } from "../rpc/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import type { Admission } from "./admission.ts";
import { REFRESH_MS } from "./lifetime.ts";

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
  census(key: NodeId): Promise<LookupResult> {
    const { ownId, table, scheduler } = this.#options;
    const freshSince = scheduler.now() - REFRESH_MS;
    const seeds = this.#seeds(key);
    const farthest = seeds[table.k - 1];
    const isOwnNeighbourhood = farthest !== undefined && key.compareDistance(ownId, farthest.id) < 0;
    const isKnown = isOwnNeighbourhood && seeds.every(({ seenAt }) => seenAt > freshSince);
    return this.#start(key, "find_value", seeds, Number.POSITIVE_INFINITY, !isKnown).result;
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

  /** The nearest contacts that are not resting; when all are, because the own network was away, all of them. */
  #seeds(target: NodeId) {
    const { table, scheduler } = this.#options;
    const now = scheduler.now();
    const awake = table.closest(target, table.k, (contact) => !contact.isResting(now));
    return awake.length > 0 ? awake : table.closest(target, table.k);
  }
}
