/** How much a store holds. */
export interface StoreStats {
  /** Keys with values or listeners. */
  readonly keys: number;
  /** All values; of these, our own. */
  readonly values: number;
  readonly localValues: number;
  /** Bytes of all values, their owners' keys included; of these, of our own. */
  readonly bytes: number;
  readonly localBytes: number;
}
