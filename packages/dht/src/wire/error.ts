import type { Envelope } from "./envelope.ts";

/** Why a query is refused. */
export interface ErrorReply extends Envelope {
  readonly kind: "error";
  readonly code: number;
  readonly text: string;
}
