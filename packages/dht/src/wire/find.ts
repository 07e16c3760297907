import type { InfoHash } from "../id/index.ts";
import { literal, type Writer } from "../msgpack/index.ts";
import { type Envelope, writeQueryEnd, writeQueryStart } from "./envelope.ts";
import type { Packet } from "./packet.ts";
import { writeWant } from "./want.ts";

/** Which nodes near this id do you know? */
export interface FindQuery extends Envelope {
  readonly kind: "find";
  readonly target: InfoHash;
  /** Families wanted: `WANT_IPV4 | WANT_IPV6`; undefined: that of the datagram; 0: none. */
  readonly want?: number | undefined;
}

const NAME = literal("q", "find");
const TARGET = literal("target");

export function findFrom(packet: Packet): FindQuery {
  const { target, want } = packet.body;
  return { ...packet.envelope(), kind: "find", target, want };
}

/** `{id, target, [w]}` */
export function writeFind(writer: Writer, message: FindQuery): void {
  writeQueryStart(writer, message, message.want === undefined ? 1 : 2);
  writer.raw(TARGET);
  writer.infoHash(message.target);
  if (message.want !== undefined) writeWant(writer, message.want);
  writeQueryEnd(writer, message, NAME);
}
