import type { Peer } from "../routing/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import type { StoredKey } from "./stored-key.ts";

/** Nodes that are named of those that listen under one key. */
export const MAX_LISTENERS_NAMED = 8;

/** Who hears of what happens under a key. */
export interface KeyListeners {
  /** Operations of our own. */
  readonly own: number;
  /** Other nodes; who subscribed several times counts once. */
  readonly others: number;
  /** The first of these to come, 8 at most, each with the address from which it subscribed. */
  readonly named: readonly NodeEntry[];
}

/** @param now monotonic ms: whose subscription is over by then doesn't listen any more */
export function keyListeners({ localListeners, remoteListeners }: StoredKey, now: number): KeyListeners {
  const others = new Set<Peer>();
  const named: NodeEntry[] = [];
  for (const listener of remoteListeners) {
    const { peer, address } = listener;
    if (others.has(peer) || listener.isOver(now)) continue;
    others.add(peer);
    if (named.length < MAX_LISTENERS_NAMED) named.push({ id: peer.id, address });
  }
  return { own: localListeners.length, others: others.size, named };
}
