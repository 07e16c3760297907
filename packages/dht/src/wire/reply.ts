import type { SockAddr } from "../address/index.ts";
import type { Field, FieldValues } from "../value/index.ts";
import type { Envelope } from "./envelope.ts";
import type { NodeEntry } from "./nodes.ts";
import type { CarriesValues } from "./values.ts";

/** The answer to any query; what it holds depends on the query. */
export interface Reply extends Envelope, CarriesValues {
  readonly kind: "reply";
  /** The value that a put or refresh was acknowledged for. */
  readonly valueId?: bigint | undefined;
  /** Where the replier saw the query come from. Only the host counts: the port isn't sent, and is 0 once decoded. */
  readonly reportedAddress?: SockAddr | undefined;
  readonly nodes4?: readonly NodeEntry[] | undefined;
  readonly nodes6?: readonly NodeEntry[] | undefined;
  /** A node list had an impossible length: the reply as a whole isn't to be believed. */
  readonly hasBrokenNodes?: boolean | undefined;
  readonly token?: Uint8Array | undefined;
  /** Answers to a query with a Select, one per value; in messages of our own, `fieldOrder` says which fields. */
  readonly fields?: readonly FieldValues[] | undefined;
  /** The fields of each answer, ascending. */
  readonly fieldOrder?: readonly Field[] | undefined;
}
