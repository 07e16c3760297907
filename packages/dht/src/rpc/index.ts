export { MAX_EARLY_BYTES, MAX_EARLY_PARTS } from "./assembly.ts";
export { type BlacklistEntry, MAX_BLACKLISTED } from "./blacklist.ts";
export { ERROR_BAD_REQUEST, ERROR_NOT_FOUND, ERROR_UNAUTHORIZED } from "./error-codes.ts";
export type { RpcEvents } from "./events.ts";
export { MAX_AUTH_ERRORS, MAX_NODES_PER_REPLY } from "./inbound.ts";
export { type ListenerNews, MAX_UPDATE_IDS, MAX_UPDATE_VALUE_BYTES } from "./listener-news.ts";
export { PACED_BURST, PACED_REQUESTS_PER_SEC } from "./pacer.ts";
export { MAX_PARTS_PER_VALUE } from "./partial-value.ts";
export {
  DEFAULT_MAX_QUERIES_PER_SEC,
  DEFAULT_NETWORK_SHARE,
  MAX_COUNTED_QUERIES,
  type RateLimits,
} from "./rate-limiter.ts";
export {
  MAX_ASSEMBLIES,
  MAX_ASSEMBLY_BYTES,
  MAX_ASSEMBLY_MS,
  MAX_NETWORK_ASSEMBLY_BYTES,
  MAX_PART_PAUSE_MS,
} from "./reassembly.ts";
export { refusedBy } from "./refused-by.ts";
export { PROVEN_BYTES_PER_SEC, UNPROVEN_BYTES_PER_SEC } from "./reply-budget.ts";
export { MAX_REPLY_FIELD_BYTES, MAX_REPLY_VALUE_BYTES, MAX_REPLY_VALUES } from "./reply-size.ts";
export { MAX_REPORTED_ADDRESSES, RECENT_REPORTS, ReportedAddresses } from "./reported-addresses.ts";
export { MAX_ATTEMPTS, type Request, type RequestHandlers } from "./request.ts";
export { MAX_PENDING_REQUESTS } from "./requests.ts";
export { resolveLimit } from "./resolve-limit.ts";
export { type ReplyBody, Rpc } from "./rpc.ts";
export { MAX_CACHED_TOKENS, MAX_SECRET_LIFE_MS, MIN_SECRET_LIFE_MS, TOKEN_BYTES, TokenIssuer } from "./token-issuer.ts";
export { TrafficStats } from "./traffic-stats.ts";
export {
  MAX_PENDING_NETWORK_UPDATE_BYTES,
  MAX_PENDING_NETWORK_UPDATES,
  MAX_PENDING_UPDATE_BYTES,
  MAX_PENDING_UPDATES,
} from "./update-window.ts";
