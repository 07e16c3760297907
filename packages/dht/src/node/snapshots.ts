// What a node knows and holds at one moment, for tools that show it.
import type { SockAddr } from "../address/index.ts";
import type { InfoHash } from "../id/index.ts";
import { NEVER, type Peer } from "../routing/index.ts";
import type { HeldValue, KeyListeners, Store } from "../store/index.ts";
import type { FamilyState } from "./family-state.ts";

/** A node in the routing table. */
export interface KnownPeer {
  readonly id: InfoHash;
  readonly address: SockAddr;
  /**
   * - `good`: answers
   * - `incoming`: good, and what came last was a question of its own
   * - `dubious`: has not answered yet, or not for long
   * - `expired`: taken for dead
   */
  readonly state: "good" | "incoming" | "dubious" | "expired";
  /** When anything came from it last, Unix ms; undefined before the first time. */
  readonly heardAt: number | undefined;
  /** How many leading bits the ids of its bucket have in common. */
  readonly depth: number;
}

/** A key under which something is held, or listened for. */
export interface HeldKey {
  readonly key: InfoHash;
  readonly values: readonly HeldValue[];
  readonly listeners: KeyListeners;
}

/** @param wallOffset what makes Unix time of monotonic time, ms */
export function knownPeers(families: readonly FamilyState[], now: number, wallOffset: number): KnownPeer[] {
  return families.flatMap(({ table }) =>
    table.buckets.flatMap(({ peers, depth }) =>
      peers.map((peer) => ({
        id: peer.id,
        address: peer.address,
        state: stateOf(peer, now),
        heardAt: peer.heardAt === NEVER ? undefined : peer.heardAt + wallOffset,
        depth,
      })),
    ),
  );
}

/** The first `limit` keys of a store: those with values before those that are only listened for. */
export function heldKeys(store: Store, limit: number): HeldKey[] {
  const held: HeldKey[] = [];
  for (const keys of [store.keys(), store.awaitedKeys()]) {
    for (const key of keys) {
      if (held.length >= limit) return held;
      const values = store.held(key);
      const listeners = store.listeners(key);
      const isInUse = values.length > 0 || listeners.own > 0 || listeners.others > 0;
      if (isInUse) held.push({ key, values, listeners }); // not where all subscriptions are over, and not swept yet
    }
  }
  return held;
}

function stateOf(peer: Peer, now: number): KnownPeer["state"] {
  if (peer.isExpired) return "expired";
  if (!peer.isGood(now)) return "dubious";
  return peer.isIncoming ? "incoming" : "good";
}
