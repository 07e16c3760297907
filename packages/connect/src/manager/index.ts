export {
  ADMISSION_TIMEOUT_MS,
  type Allow,
  type AllowDecision,
  type ConnectionRequest,
  type PeerDevice,
} from "./admission.ts";
export { type ConnectOptions, DEFAULT_TIMEOUT_MS } from "./channel-opening.ts";
export { MAX_WAITING_CHANNELS } from "./channel-queue.ts";
export type { ChannelInfo, ConnectionInfo, ConnectionStatus } from "./connection-info.ts";
export { ConnectionManager } from "./connection-manager.ts";
export type { DeviceName } from "./device-id.ts";
export { MAX_REFUSALS_PER_SECOND } from "./doorkeeper.ts";
export { ChannelReadyEvent, ConnectionEvent, NewDeviceEvent, RefusedEvent } from "./events.ts";
export {
  type ChannelHandler,
  type ChannelRequest,
  DECISION_TIMEOUT_MS,
  type HandleOptions,
} from "./incoming-channels.ts";
export { ATTEMPT_TIMEOUT_MS } from "./negotiation.ts";
export type { ConnectionManagerOptions } from "./options.ts";
export { MAX_NEGOTIATIONS_PER_DEVICE } from "./peer.ts";
export { MAX_INCOMING_NEGOTIATIONS } from "./reception.ts";
