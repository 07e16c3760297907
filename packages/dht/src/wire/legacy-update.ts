import type { Envelope } from "./envelope.ts";

/** News for a listener of the older kind (version 0); its `tid` is the listener's socket id. Never answered. */
export interface LegacyUpdate extends Envelope {
  readonly kind: "legacyUpdate";
  readonly token: Uint8Array;
  readonly refreshed: readonly bigint[];
  readonly expired: readonly bigint[];
}
