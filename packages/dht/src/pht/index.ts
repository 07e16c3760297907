export type { IndexValue } from "./index-entry.ts";
export { MAX_NODE_ENTRY_COUNT } from "./index-insert.ts";
export type { IndexKey, KeySpec } from "./index-key.ts";
export type { IndexNetwork } from "./index-network.ts";
export { type IndexLookupOptions, type IndexLookupResult, Pht, type PhtOptions } from "./pht.ts";
export { Prefix } from "./prefix.ts";
