export { MemoryStorage, type MemoryStorageOptions } from "./memory-storage.ts";
export type { Pair, Storage } from "./storage.ts";
