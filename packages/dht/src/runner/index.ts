export { SystemRandom } from "../random/index.ts";
export { raceAbort } from "./abort.ts";
export type { DhtRunnerConfig, NodeConfig } from "./config.ts";
export { DhtRunner } from "./dht-runner.ts";
export { writeFileAtomically } from "./files/atomic-file.ts";
export { NetworkWatch, WATCH_INTERVAL_MS } from "./network-watch.ts";
export type { Content, Key } from "./operations/key.ts";
export type { ListenEvent, Listener, ListenerOptions } from "./operations/listener.ts";
export type { PutHandle, PutResult } from "./operations/put-handle.ts";
export type { LookupResult, ResultStream, ResultStreamOptions } from "./operations/result-stream.ts";
export type { Selection } from "./operations/selection.ts";
export type { GetOptions, ListenOptions, OperationOptions, PutOptions } from "./operations/user-operations.ts";
export { type Discovered, PeerDiscovery, type PeerDiscoveryOptions, type PublishOptions } from "./peer-discovery.ts";
export type {
  ProxyBackend,
  ProxyBackendEvents,
  ProxyBackendFactory,
  ProxySettings,
  PushSettings,
} from "./proxy/proxy-backend.ts";
export { PushNotificationResult } from "./proxy/push-notification.ts";
export { RealScheduler } from "./real-scheduler.ts";
export { DhtErrorEvent, IdentityAnnouncedEvent, PublicAddressChangeEvent, StatusChangeEvent } from "./runner-events.ts";
