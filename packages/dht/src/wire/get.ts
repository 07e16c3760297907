import type { InfoHash } from "../id/index.ts";
import type { Query } from "../value/index.ts";
import type { Envelope } from "./envelope.ts";

/** Which values do you hold under this key? */
export interface GetQuery extends Envelope {
  readonly kind: "get";
  readonly key: InfoHash;
  /** Undefined: every value, whole. */
  readonly query?: Query | undefined;
  /** Families wanted: `WANT_IPV4 | WANT_IPV6`; undefined: that of the datagram; 0: none. */
  readonly want?: number | undefined;
}
