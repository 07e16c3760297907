// The parts of the package that run anywhere, in a browser too: none of them, and nothing that they use, imports Node's
// modules or touches a socket or a file.
export { type Family, SockAddr } from "../address/index.ts";
export * from "../errors/index.ts";
export * from "../events/index.ts";
export { Hash, InfoHash, InfoHashMap, PkId } from "../id/index.ts";
export * from "../log/index.ts";
export {
  combinedStatus,
  type GetOptions as NodeGetOptions,
  type Listening,
  type ListenOptions as NodeListenOptions,
  type LookupOutcome,
  NOT_ANNOUNCED,
  type NodeOperations,
  type NodeStats,
  type NodeStatus,
  type Operation,
  type PutOperation,
  type PutOptions as NodePutOptions,
  type PutOutcome,
  type QueryOptions,
} from "../node/index.ts";
export { type RandomSource, randomId64, SeededRandom, SystemRandom, systemRandom, uniform } from "../random/index.ts";
export { raceAbort } from "../runner/abort.ts";
export { type Content, type Key, toInfoHash } from "../runner/operations/key.ts";
export type { ListenEvent, Listener, ListenerOptions } from "../runner/operations/listener.ts";
export { OngoingOperations } from "../runner/operations/ongoing-operations.ts";
export type { PutHandle, PutResult } from "../runner/operations/put-handle.ts";
export type { LookupResult, ResultStream, ResultStreamOptions } from "../runner/operations/result-stream.ts";
export type { Selection } from "../runner/operations/selection.ts";
export {
  type GetOptions,
  type ListenOptions,
  type OperationOptions,
  type OperationsHost,
  type PutOptions,
  UserOperations,
} from "../runner/operations/user-operations.ts";
export type {
  ProxyBackend,
  ProxyBackendEvents,
  ProxyBackendFactory,
  ProxySettings,
  PushSettings,
} from "../runner/proxy/proxy-backend.ts";
export { PushNotificationResult } from "../runner/proxy/push-notification.ts";
export { RealScheduler } from "../runner/real-scheduler.ts";
export { DhtErrorEvent, PublicAddressChangeEvent, StatusChangeEvent } from "../runner/runner-events.ts";
export { type Scheduler, type Timer, throwLater, VirtualScheduler } from "../scheduler/index.ts";
export { SecurityError, type SecurityErrorCode } from "../secure/errors.ts";
export type { KeyId, Recipient, SecureOperations, SecurePutOptions } from "../secure/index.ts";
export { KeylessNode } from "../secure/keyless-node.ts";
export { ChosenValues, decodeBase64, encodeBase64, fieldsOf } from "../value/index.ts";
export * from "../value/public.ts";
