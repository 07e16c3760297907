export type { RefusalCounts } from "./refusal-counts.ts";
export { REMOTE_LISTENER_LIFE_MS } from "./remote-listener.ts";
export {
  MAX_NETWORK_LISTENERS_PER_KEY,
  MAX_REMOTE_LISTENERS,
  MAX_REMOTE_LISTENERS_PER_KEY,
  MAX_REMOTE_LISTENERS_PER_NETWORK,
} from "./remote-listeners.ts";
export {
  DEFAULT_MAX_STORE_BYTES,
  DEFAULT_MAX_STORE_KEYS,
  DEFAULT_MAX_STORE_VALUES,
  type HeldValue,
  MAX_VALUES_PER_KEY,
  type PutResult,
  Store,
  type StoreLimits,
} from "./store.ts";
