import type { SockAddr } from "../../address/index.ts";
import type { InfoHash } from "../../id/index.ts";
import type { Where } from "../../value/index.ts";
import type { NodeCore } from "../node-core.ts";

/** So many values to look at, for each condition, are as much work as another query … */
const VALUES_PER_QUERY = 64;
/** … and so many listeners to tell. */
const LISTENERS_PER_QUERY = 16;

/** Counts against its sender's limits what a query makes us look through. */
export function chargeForScan(core: NodeCore, from: SockAddr, key: InfoHash, where: Where | undefined): void {
  const comparisons = core.store.countToScan(key, where) * Math.max(1, where?.restrictions.length ?? 0);
  core.rpc.charge(from, Math.floor(comparisons / VALUES_PER_QUERY));
}

/** Counts against its sender's limits the listeners that hear of what a query does to so many values. */
export function chargeForNews(core: NodeCore, from: SockAddr, key: InfoHash, values: number): void {
  core.rpc.charge(from, Math.floor((core.store.countToTell(key) * values) / LISTENERS_PER_QUERY));
}
