export type { HeldValue } from "./held-value.ts";
export { type KeyListeners, MAX_LISTENERS_NAMED } from "./key-listeners.ts";
export {
  DEFAULT_MAX_STORE_BYTES,
  DEFAULT_MAX_STORE_KEYS,
  DEFAULT_MAX_STORE_VALUES,
  MAX_VALUES_PER_KEY,
  type StoreLimits,
} from "./limits.ts";
export type { RefusalCounts } from "./refusal-counts.ts";
export { REMOTE_LISTENER_LIFE_MS } from "./remote-listener.ts";
export {
  MAX_NETWORK_LISTENERS_PER_KEY,
  MAX_REMOTE_LISTENERS,
  MAX_REMOTE_LISTENERS_PER_KEY,
  MAX_REMOTE_LISTENERS_PER_NETWORK,
} from "./remote-listeners.ts";
export { type PutResult, Store } from "./store.ts";
