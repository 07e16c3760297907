export { VirtualScheduler } from "../scheduler/index.ts";
export { OPERATION_LIMIT_MS, TestnetTimeoutError } from "./drive.ts";
export type { Duration } from "./duration.ts";
export type { Latency } from "./latency.ts";
export type { ChurnOptions, TestNodeConfig, TestnetOptions } from "./options.ts";
export type {
  Endpoint,
  Fate,
  NetworkConditions,
  NetworkObserver,
  NetworkStats,
  Receiver,
} from "./simulated-network.ts";
export { type ListenEvent, TestListener } from "./test-listener.ts";
export {
  type Content,
  type GetResult,
  type Key,
  type PutResult,
  type QueryResult,
  type TestGetOptions,
  TestNode,
  type TestPutOptions,
} from "./test-node.ts";
export { createTestnet, Testnet, type TestnetStats } from "./testnet.ts";
