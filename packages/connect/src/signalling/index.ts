export {
  Inbox,
  type InboxDrops,
  type InboxOptions,
  MAX_PENDING_REQUESTS,
  MAX_PENDING_REQUESTS_OF_STRANGERS,
  MAX_PENDING_REQUESTS_PER_DEVICE,
  type PeerRequest,
} from "./inbox.ts";
export { type InboxKind, inboxCalled, inboxKey, type LegacyMode } from "./inbox-key.ts";
export { MAX_CHAIN_BYTES, MAX_ICE_MESSAGE_LENGTH, type PeerConnectionRequest } from "./peer-connection-request.ts";
export type { InboxListener, SignallingDht, Stored } from "./signalling-dht.ts";
export { MAX_TREATED, TREATED_FOR_MS, TreatedMessages } from "./treated-messages.ts";
