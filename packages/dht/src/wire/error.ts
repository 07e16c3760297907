import { literal, mapOf, type Writer } from "../msgpack/index.ts";
import { type Envelope, tailEntries, writeSender, writeTail, writeTid } from "./envelope.ts";
import type { Packet } from "./packet.ts";

/** Why a query is refused. */
export interface ErrorReply extends Envelope {
  readonly kind: "error";
  readonly code: number;
  /** For people; never interpreted. */
  readonly text: string;
}

const ERROR = literal("e", 0x92);
const REPLY = literal("r");
const ERROR_CLASS = literal("y", "e");

export function errorFrom(packet: Packet): ErrorReply {
  return { ...packet.envelope(), kind: "error", code: packet.errorCode, text: packet.errorText };
}

/** `e: [code, text], r: {id}, t, y` and the tail; older nodes misread their memory where `r` is missing. */
export function writeError(writer: Writer, message: ErrorReply): void {
  writer.byte(mapOf(4 + tailEntries(message)));
  writer.raw(ERROR);
  writer.uint(message.code);
  writer.text(message.text);
  writer.raw(REPLY);
  writeSender(writer, message, 0);
  writeTid(writer, message.tid);
  writer.raw(ERROR_CLASS);
  writeTail(writer, message);
}
