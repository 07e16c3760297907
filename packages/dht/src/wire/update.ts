import type { InfoHash } from "../id/index.ts";
import type { Envelope } from "./envelope.ts";
import type { CarriesValues } from "./values.ts";

/** News for a listener: new values (with `key`), or ids of refreshed or expired ones (without). */
export interface UpdateQuery extends Envelope, CarriesValues {
  readonly kind: "update";
  readonly socketId: number;
  /** Present when values are sent. */
  readonly key?: InfoHash | undefined;
  readonly token: Uint8Array;
  readonly version: 0 | 1;
  /** When the values were made, Unix time in whole seconds; undefined: now. */
  readonly created?: number | undefined;
  readonly refreshed: readonly bigint[];
  readonly expired: readonly bigint[];
}
