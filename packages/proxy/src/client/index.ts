export {
  DhtError,
  Field,
  type FieldValues,
  type Filter,
  Filters,
  InfoHash,
  PkId,
  PushNotificationResult,
  Query,
  Select,
  Value,
  type ValueInit,
  type ValueJson,
  Where,
} from "@hashmere/dht/engine";
export type { ProxyOptions, PushOptions } from "./options.ts";
export { ProxyClient, type ProxyClientOptions, type Security } from "./proxy-client.ts";
export { ProxyNode, type ProxyNodeEvents } from "./proxy-node.ts";
