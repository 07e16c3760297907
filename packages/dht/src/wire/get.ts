import { InfoHash } from "../id/index.ts";
import { literal, type Writer } from "../msgpack/index.ts";
import { hasQueryToSend, type Query, writeQuery } from "../value/index.ts";
import { type Envelope, writeQueryEnd, writeQueryStart } from "./envelope.ts";
import type { Packet } from "./packet.ts";
import { writeWant } from "./want.ts";

/** Which values do you hold under this key? */
export interface GetQuery extends Envelope {
  readonly kind: "get";
  readonly key: InfoHash;
  /** Undefined: every value, whole. */
  readonly query?: Query | undefined;
  /** Families wanted: `WANT_IPV4 | WANT_IPV6`; undefined: that of the datagram; 0: none. */
  readonly want?: number | undefined;
}

const NAME = literal("q", "get");
const KEY = literal("h");
const QUERY = literal("q");

export function getFrom(packet: Packet): GetQuery {
  const { key = InfoHash.zero, query, want } = packet.body;
  return { ...packet.envelope(), kind: "get", key, query, want };
}

/** `{id, h, [q], [w]}` */
export function writeGet(writer: Writer, message: GetQuery): void {
  const { query, want } = message;
  const hasQuery = hasQueryToSend(query);
  writeQueryStart(writer, message, 1 + (hasQuery ? 1 : 0) + (want === undefined ? 0 : 1));
  writer.raw(KEY);
  writer.infoHash(message.key);
  if (hasQuery) {
    writer.raw(QUERY);
    writeQuery(writer, query);
  }
  if (want !== undefined) writeWant(writer, want);
  writeQueryEnd(writer, message, NAME);
}
