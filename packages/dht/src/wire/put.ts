import type { InfoHash } from "../id/index.ts";
import type { Envelope } from "./envelope.ts";
import type { CarriesValues } from "./values.ts";

/** Keep these values under this key. */
export interface PutQuery extends Envelope, CarriesValues {
  readonly kind: "put";
  readonly key: InfoHash;
  /** When the values were made, Unix time in whole seconds; undefined: now. */
  readonly created?: number | undefined;
  readonly token: Uint8Array;
}
