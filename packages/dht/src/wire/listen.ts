import type { InfoHash } from "../id/index.ts";
import type { Query } from "../value/index.ts";
import type { Envelope } from "./envelope.ts";

/** Tell me what changes under this key. */
export interface ListenQuery extends Envelope {
  readonly kind: "listen";
  readonly key: InfoHash;
  readonly token: Uint8Array;
  /** The number that updates will bear. */
  readonly socketId: number;
  /** 1: updates are queries of their own; 0: the older way, unsolicited replies. */
  readonly version: 0 | 1;
  /** Undefined: every value. */
  readonly query?: Query | undefined;
}
