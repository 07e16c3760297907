/** Bytes of values held for others (their sizes and the keys of their owners), unless said otherwise. */
export const DEFAULT_MAX_STORE_BYTES = 64 * 1024 * 1024; // node behaviour, STORAGE_LIMIT_DEFAULT
/** Values held for others, however small they are, unless said otherwise. */
export const DEFAULT_MAX_STORE_VALUES = 1_048_576;
/** Most values under one key. */
export const MAX_VALUES_PER_KEY = 65_536; // node behaviour, Storage.MAX_VALUES
/** Most keys, unless said otherwise. */
export const DEFAULT_MAX_STORE_KEYS = 2 ** 30; // node behaviour, MAX_HASHES

/** As users write them: 0 or nothing for the default, negative for no limit. */
export interface StoreLimits {
  /** Bytes held for others; default 64 MiB. */
  readonly maxStoreSize?: number | undefined;
  /** Values held for others; default 1048576. */
  readonly maxStoreValues?: number | undefined;
  /** Bytes of our own values; default no limit. */
  readonly maxLocalStoreSize?: number | undefined;
  /** Keys under which there is a value or a listener; default 2^30. */
  readonly maxStoreKeys?: number | undefined;
}
