export type { LocalListener } from "./local-listener.ts";
export { REMOTE_LISTENER_LIFE_MS, type RemoteListener, type TellListener } from "./remote-listener.ts";
export {
  MAX_REMOTE_LISTENERS,
  MAX_REMOTE_LISTENERS_PER_KEY,
  MAX_REMOTE_LISTENERS_PER_PEER,
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
  type StoreOptions,
  type StoreStats,
} from "./store.ts";
