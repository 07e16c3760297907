export * from "./address/index.ts";
export { DISCOVERY_PORT } from "./discovery/index.ts";
export * from "./errors/index.ts";
export * from "./events/index.ts";
export * from "./id/index.ts";
export * from "./log/index.ts";
export {
  type DatagramObserver,
  type DhtNode,
  formatNodeStats,
  type HeldKey,
  type KnownPeer,
  type LookupHop,
  type MessageCounts,
  type NodeInfo,
  type NodeStats,
  type NodeStatus,
  networkSizeEstimate,
  nodeInfoToJson,
  nodeStatsToJson,
  type TrafficCounts,
} from "./node/index.ts";
export * from "./pht/index.ts";
export type { RandomSource } from "./random/index.ts";
export type { BlacklistEntry } from "./rpc/index.ts";
export * from "./runner/index.ts";
export type { Scheduler, Timer } from "./scheduler/index.ts";
export {
  type CertificateStore,
  checkSignature,
  type DroppedValues,
  decryptValue,
  encryptValue,
  type KeyId,
  type Recipient,
  SecurityError,
  type SecurityErrorCode,
  type SecurityOptions,
  signValue,
  withSecurity,
} from "./secure/index.ts";
export type { KeyListeners, RefusalCounts } from "./store/index.ts";
export * from "./transport/index.ts";
export * from "./value/public.ts";
export type { NodeEntry, ValuesExport } from "./wire/index.ts";
