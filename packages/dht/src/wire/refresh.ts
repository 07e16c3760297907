import type { InfoHash } from "../id/index.ts";
import type { Envelope } from "./envelope.ts";

/** Keep the value that you hold for another lifetime. */
export interface RefreshQuery extends Envelope {
  readonly kind: "refresh";
  readonly key: InfoHash;
  readonly valueId: bigint;
  readonly token: Uint8Array;
}
