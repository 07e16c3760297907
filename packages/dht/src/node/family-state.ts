import type { Family } from "../address/index.ts";
import { NEVER, type Peer, type PeerCache, type RoutingTable } from "../routing/index.ts";
import { ReportedAddresses } from "../rpc/index.ts";
import type { SearchTable } from "../search/index.ts";
import type { LostPeers } from "./lost-peers.ts";
import type { NodeStatus } from "./node-status.ts";

/** A node's life in one of the two networks, IPv4 and IPv6, which know nothing of each other. */
export class FamilyState {
  readonly family: Family;
  readonly peers: PeerCache;
  readonly table: RoutingTable;
  readonly searches: SearchTable;
  /** As what host our peers see us. */
  readonly reported = new ReportedAddresses();
  readonly lost: LostPeers;
  /** When our connectivity was last taken for changed, monotonic ms. */
  resetAt = NEVER;
  /** When anybody last answered us, monotonic ms. */
  answeredAt = NEVER;
  /** Pings to addresses that are neither answered nor given up. */
  pendingPings = 0;
  /** As of the last check; `NodeCore.refreshStatus` keeps it. */
  status: NodeStatus = "disconnected";
  /** The peer that proved last that we are connected: mostly it still does, and no table is searched. */
  #witness: Peer | undefined;

  constructor(family: Family, peers: PeerCache, table: RoutingTable, searches: SearchTable, lost: LostPeers) {
    this.family = family;
    this.peers = peers;
    this.table = table;
    this.searches = searches;
    this.lost = lost;
  }

  currentStatus(now: number): NodeStatus {
    if (this.#hasGoodPeer(now)) return "connected";
    return this.pendingPings > 0 || this.#hasLivingPeer() ? "connecting" : "disconnected";
  }

  #hasGoodPeer(now: number): boolean {
    if (this.#witness?.isGood(now)) return true;
    this.#witness = this.#findPeer((peer) => peer.isGood(now));
    return this.#witness !== undefined;
  }

  #hasLivingPeer(): boolean {
    return this.#findPeer((peer) => !peer.isExpired) !== undefined;
  }

  #findPeer(accept: (peer: Peer) => boolean): Peer | undefined {
    for (const bucket of this.table.buckets) {
      const peer = bucket.peers.find(accept);
      if (peer !== undefined) return peer;
    }
    return undefined;
  }
}
