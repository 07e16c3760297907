export {
  DhtError,
  Field,
  type FieldValues,
  type Filter,
  Filters,
  InfoHash,
  MAX_VALUE_BYTES,
  PkId,
  PushNotificationResult,
  type PushSettings,
  Query,
  Select,
  Value,
  type ValueInit,
  type ValueJson,
  Where,
} from "@hashmere/dht/engine";
export type { ProxyOptions } from "./options.ts";
export { proxyBackend, proxyBackendWith } from "./proxy-backend.ts";
export { ProxyClient, type ProxyClientOptions, type Security } from "./proxy-client.ts";
export { claimAmongTabs, type Release } from "./tab-claims.ts";
export { type WebPushKeyBytes, WebPushKeys } from "./web-push-keys.ts";
