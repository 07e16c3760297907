import type { NodeId } from "../id/index.ts";
import type { PackedValue } from "../value/index.ts";

/** A value held for the network. Times are Unix time in ms. */
export interface Pair {
  readonly key: NodeId;
  readonly value: PackedValue;
  /** When its publisher stored it, as far as we know. */
  readonly publishedAt: number;
  readonly expiresAt: number;
  /** When it is our turn to hand it on to the nodes that should hold it. */
  readonly replicateAt: number;
}

/**
 * Where a node keeps what it holds for others. Bring your own to keep it elsewhere; calls are synchronous, so put a
 * cache before anything slow. The node looks after lifetimes and conflicts; a storage only keeps.
 */
export interface Storage {
  readonly size: number;
  /** Whether pairs outlive the process by themselves; otherwise `saveState` writes them too. */
  readonly isPersistent: boolean;
  get(key: NodeId): Pair | undefined;
  /** Replaces the pair at its key. False if there is no room. */
  set(pair: Pair): boolean;
  delete(key: NodeId): boolean;
  /** All pairs, in any order. Pairs may be set and deleted while somebody walks over them. */
  pairs(): Iterable<Pair>;
  /** Pairs to hand on by `time`. */
  dueForReplication(time: number): Iterable<Pair>;
  /** Drops what has expired at `time`. */
  expire(time: number): void;
  close(): void;
}
