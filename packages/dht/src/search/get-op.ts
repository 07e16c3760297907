import type { Peer } from "../routing/index.ts";
import type { FieldValues, Query, Value } from "../value/index.ts";

/** A get (its query selects nothing) or a query for fields, on one family. */
export interface GetOp {
  readonly query: Query;
  /** Somebody waits for it: all close nodes are asked at once, and those that keep silent hold up nobody. Default false. */
  readonly urgent?: boolean | undefined;
  /** Whole values, as they come: the same value comes once from each node that holds it. */
  onValues?(values: readonly Value[]): void;
  /** The answers of one node to a query that selects fields. */
  onFields?(fields: readonly FieldValues[]): void;
  /**
   * Called once, last. `ok` says that the nodes closest to the key have answered, whether or not they held anything;
   * `peers` are all nodes of the search, nearest first.
   */
  onDone(ok: boolean, peers: readonly Peer[]): void;
}

/** A get that waits for answers. */
export interface WaitingGet {
  readonly op: GetOp;
  /** Its number among the gets of the search: an answer serves those that had begun when it came. */
  readonly serial: number;
  /** Done or cancelled. */
  isOver: boolean;
}
