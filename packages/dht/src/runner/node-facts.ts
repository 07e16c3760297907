import type { PublicKey } from "@hashmere/crypto";
import type { Family, SockAddr } from "../address/index.ts";
import { NotRunningError, type SocketError } from "../errors/index.ts";
import type { InfoHash } from "../id/index.ts";
import type {
  DatagramObserver,
  HeldKey,
  KnownPeer,
  LookupHop,
  MessageCounts,
  NodeInfo,
  NodeStats,
  TrafficCounts,
} from "../node/index.ts";
import type { BlacklistEntry } from "../rpc/index.ts";
import type { DroppedValues } from "../secure/index.ts";
import type { RefusalCounts } from "../store/index.ts";
import type { NodeEntry, ValuesExport } from "../wire/index.ts";
import { type Key, toInfoHash } from "./operations/key.ts";
import { type OperationsHost, UserOperations } from "./operations/user-operations.ts";
import type { Session } from "./session.ts";

/** What a running node knows, of itself and of others; what it holds; and its limits. */
export abstract class NodeFacts extends UserOperations {
  /** Undefined while the node isn't running. */
  protected abstract get session(): Session | undefined;

  /** Short id of our public key; zero without identity. */
  get id(): InfoHash {
    return this.running("id").dht.id;
  }

  /** Null without identity. */
  get publicKey(): PublicKey | null {
    return this.running("publicKey").dht.publicKey ?? null;
  }

  get nodeId(): InfoHash {
    return this.running("nodeId").proxy.nodeId;
  }

  /** The local address of a family; null where it isn't open. */
  getBound(family: Family = 4): SockAddr | null {
    return this.session?.bound(family) ?? null;
  }

  /** Why a family that was asked for has no socket; null where it has one, or wasn't asked for. */
  getSocketError(family: Family = 4): SocketError | null {
    return this.session?.socketError(family) ?? null;
  }

  /** Addresses under which others see us, most reported first; ports are 0, because nobody reports them. */
  getPublicAddress(family?: Family): SockAddr[] {
    const { node, proxy } = this.session ?? {};
    const seen = proxy?.backend?.publicAddresses.filter((address) => family === undefined || address.family === family);
    return seen ?? node?.publicAddresses(family) ?? [];
  }

  /** Good nodes, nearest first: give them to another node's `bootstrap()`, or to ours at its next start. */
  exportNodes(): NodeEntry[] {
    return this.running("exportNodes").node.exportNodes();
  }

  exportValues(): ValuesExport[] {
    return this.running("exportValues").node.exportValues();
  }

  /** Takes in what `exportValues` gave, here or in OpenDHT. What has expired or can't be read is passed over. */
  importValues(values: readonly ValuesExport[]): void {
    this.running("importValues").node.importValues(values);
  }

  getStoreSize(): { readonly bytes: number; readonly values: number } {
    const { storageSize, storageValues } = this.getNodeInfo();
    return { bytes: storageSize, values: storageValues };
  }

  getLocalStoreSize(): { readonly bytes: number; readonly values: number } {
    const { localStorageSize, localStorageValues } = this.getNodeInfo();
    return { bytes: localStorageSize, values: localStorageValues };
  }

  /** Bytes of values held for others. Setting 0 restores the default (64 MiB), −1 or Infinity lifts the limit. */
  get storageLimit(): number {
    return this.running("storageLimit").node.storageLimit;
  }

  set storageLimit(bytes: number) {
    this.running("storageLimit").node.storageLimit = bytes;
  }

  /** Bytes of own values kept here. Setting 0, −1 or Infinity lifts the limit. */
  get localStorageLimit(): number {
    return this.running("localStorageLimit").node.localStorageLimit;
  }

  set localStorageLimit(bytes: number) {
    this.running("localStorageLimit").node.localStorageLimit = bytes;
  }

  /** Through a proxy those of its node. */
  getNodesStats(family: Family): NodeStats {
    const { node, proxy } = this.running("getNodesStats");
    return proxy.backend?.stats(family) ?? node.stats(family);
  }

  getNodeInfo(): NodeInfo {
    const session = this.running("getNodeInfo");
    const info = session.node.info({
      ongoingOperations: session.operations.size,
      port4: session.bound(4)?.port ?? 0,
      port6: session.bound(6)?.port ?? 0,
    });
    return { ...info, nodeId: session.proxy.nodeId, ipv4: this.getNodesStats(4), ipv6: this.getNodesStats(6) };
  }

  /** Requests by kind since the last call for that direction. */
  getNodeMessageStats(direction: "in" | "out" = "out"): MessageCounts {
    return this.running("getNodeMessageStats").node.messageStats(direction);
  }

  /** Messages by kind and drops by reason, since the node began. */
  getTraffic(): TrafficCounts {
    return this.running("getTraffic").node.traffic;
  }

  /** Everybody in the routing tables. */
  getPeers(): KnownPeer[] {
    return this.running("getPeers").node.peers;
  }

  /** Up to `limit` of the keys under which this node holds values, or somebody listens for them. */
  getHeldKeys(limit = Number.POSITIVE_INFINITY): HeldKey[] {
    return this.running("getHeldKeys").node.heldKeys(limit);
  }

  /** Watches every datagram of this run. Returns how to stop. */
  observe(observer: DatagramObserver): () => void {
    return this.running("observe").node.observe(observer);
  }

  /** Watches the operations of this run hop by hop, the node's own among them. Returns how to stop. */
  observeLookups(onHop: (hop: LookupHop) => void): () => void {
    return this.running("observeLookups").node.observeLookups(onHop);
  }

  getStorageLog(key?: Key): string {
    return this.running("getStorageLog").node.storageLog(key === undefined ? undefined : toInfoHash(key));
  }

  getRoutingTablesLog(family: Family): string {
    return this.running("getRoutingTablesLog").node.routingLog(family);
  }

  getSearchesLog(family?: Family): string {
    return this.running("getSearchesLog").node.searchesLog(family);
  }

  getSearchLog(key: Key, family?: Family): string {
    return this.running("getSearchLog").node.searchLog(toInfoHash(key), family);
  }

  /** Writes the routing tables, searches and storage to the logger, at level `debug`. */
  dumpTables(): void {
    this.running("dumpTables").dumpTables();
  }

  /** Values found that were not delivered, because their signature is wrong or they can't be decrypted. */
  getDroppedValues(): DroppedValues {
    return this.running("getDroppedValues").dht.dropped;
  }

  /** Addresses to which this node doesn't listen until it ends, because who was there broke the protocol; the oldest first. */
  getBlacklist(): BlacklistEntry[] {
    return this.running("getBlacklist").node.blacklisted;
  }

  /** Values that others put here and that were not kept, by what spoke against them. */
  getRefusals(): RefusalCounts {
    return this.running("getRefusals").node.refusals;
  }

  protected override host(operation: string): OperationsHost {
    return this.running(operation);
  }

  protected running(operation: string): Session {
    const { session } = this;
    if (!session) throw new NotRunningError(operation);
    return session;
  }
}
