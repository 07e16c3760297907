export { SystemRandom } from "../random/index.ts";
export type { DhtRunnerConfig, NodeConfig } from "./config.ts";
export {
  DhtRunner,
  type GetOptions,
  type ListenOptions,
  type OperationOptions,
  type PutOptions,
} from "./dht-runner.ts";
export type { Content, Key } from "./key.ts";
export type { ListenEvent, Listener, ListenerOptions } from "./listener.ts";
export { type Discovered, PeerDiscovery, type PeerDiscoveryOptions, type PublishOptions } from "./peer-discovery.ts";
export type { PutHandle, PutResult } from "./put-handle.ts";
export { RealScheduler } from "./real-scheduler.ts";
export type { LookupResult, ResultStream, ResultStreamOptions } from "./result-stream.ts";
export { DhtErrorEvent, IdentityAnnouncedEvent, PublicAddressChangeEvent, StatusChangeEvent } from "./runner-events.ts";
export type { Selection } from "./selection.ts";
