export { SystemRandom } from "../random/index.ts";
export { raceAbort } from "./abort.ts";
export { writeFileAtomically } from "./atomic-file.ts";
export type { DhtRunnerConfig, NodeConfig } from "./config.ts";
export { DhtRunner } from "./dht-runner.ts";
export type { Content, Key } from "./key.ts";
export type { ListenEvent, Listener, ListenerOptions } from "./listener.ts";
export { NetworkWatch, WATCH_INTERVAL_MS } from "./network-watch.ts";
export { type Discovered, PeerDiscovery, type PeerDiscoveryOptions, type PublishOptions } from "./peer-discovery.ts";
export type {
  ProxyBackend,
  ProxyBackendEvents,
  ProxyBackendFactory,
  ProxySettings,
  PushSettings,
} from "./proxy-backend.ts";
export { PushNotificationResult } from "./push-notification.ts";
export type { PutHandle, PutResult } from "./put-handle.ts";
export { RealScheduler } from "./real-scheduler.ts";
export type { LookupResult, ResultStream, ResultStreamOptions } from "./result-stream.ts";
export { DhtErrorEvent, IdentityAnnouncedEvent, PublicAddressChangeEvent, StatusChangeEvent } from "./runner-events.ts";
export type { Selection } from "./selection.ts";
export type { GetOptions, ListenOptions, OperationOptions, PutOptions } from "./user-operations.ts";
