export {
  type Json,
  type JsonObject,
  JsonSyntaxError,
  JsonTypeError,
  type Platform,
  type PushTarget,
} from "./json/index.ts";
export * from "./node/index.ts";
export {
  MAX_ATTEMPTS,
  MAX_FOREIGN_POSTS,
  MAX_POSTS_PER_GATEWAY,
  MAX_WAITING_PER_GATEWAY,
  MAX_WAITING_PUSHES,
  type PushCounts,
  parseGateway,
} from "./push/index.ts";
export {
  DEFAULT_LIMITS,
  type Health,
  type HealthStatus,
  NO_CLIENT_LIMITS,
  type ProxyLimits,
  type ProxyStats,
} from "./server/index.ts";
