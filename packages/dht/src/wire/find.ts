import type { InfoHash } from "../id/index.ts";
import type { Envelope } from "./envelope.ts";

/** Which nodes near this id do you know? */
export interface FindQuery extends Envelope {
  readonly kind: "find";
  readonly target: InfoHash;
  /** Families wanted: `WANT_IPV4 | WANT_IPV6`; undefined: that of the datagram; 0: none. */
  readonly want?: number | undefined;
}
