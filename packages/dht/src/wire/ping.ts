import type { Envelope } from "./envelope.ts";

/** Are you there? */
export interface PingQuery extends Envelope {
  readonly kind: "ping";
}
