export { type HostAndPort, parseHostAndPort } from "./address/index.ts";
export * from "./errors/index.ts";
export { NodeId } from "./id/index.ts";
export type {
  AcceptStore,
  BootstrapOptions,
  EventListener,
  GetOptions,
  GetResult,
  NodeEvent,
  NodeParameters,
  NodeStats,
  SetOptions,
  SetResult,
  StoreOffer,
} from "./node/index.ts";
export {
  type BootstrapPlace,
  DEFAULT_PORT,
  digest,
  type Key,
  type Neighbour,
  Server,
  type ServerOptions,
  type ServerTransport,
} from "./server/index.ts";
export { SqliteStorage, type SqliteStorageOptions } from "./sqlite/index.ts";
export { MemoryStorage, type MemoryStorageOptions, type Pair, type Storage } from "./storage/index.ts";
export { UdpTransport } from "./transport/index.ts";
export { Float, PackedValue, pythonText, textOrBytes, type Value } from "./value/index.ts";
export { startWebServer, type WebServer, type WebServerOptions } from "./web/index.ts";
