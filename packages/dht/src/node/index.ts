export {
  BOOTSTRAP_JITTER,
  MAX_ADDRESSES_PER_HOST,
  MAX_BOOTSTRAP_HOSTS,
  MAX_BOOTSTRAP_PERIOD_MS,
  MIN_BOOTSTRAP_PERIOD_MS,
} from "./bootstrap.ts";
export type { DatagramObserver } from "./datagram-observer.ts";
export { DhtNode, type MessageCounts, type TrafficCounts } from "./dht-node.ts";
export type { LookupHop } from "./lookup-observer.ts";
export type { NodeOperations } from "./node-operations.ts";
export {
  formatNodeStats,
  type NodeInfo,
  type NodeStats,
  networkSizeEstimate,
  nodeInfoToJson,
  nodeStatsToJson,
} from "./node-stats.ts";
export { combinedStatus, type NodeStatus } from "./node-status.ts";
export { NOT_ANNOUNCED, type PutOutcome } from "./operations/announce.ts";
export type { GetOptions } from "./operations/get.ts";
export type { Listening, ListenOptions } from "./operations/listen.ts";
export type { LookupOutcome, Operation } from "./operations/operation.ts";
export type { PutOperation, PutOptions } from "./operations/put.ts";
export type { QueryOptions } from "./operations/query.ts";
export type { DhtNodeOptions } from "./options.ts";
export type { SignatureOutcome } from "./signature-checks.ts";
export type { HeldKey, KnownPeer } from "./snapshots.ts";
