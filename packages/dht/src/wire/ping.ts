import { literal, type Writer } from "../msgpack/index.ts";
import { type Envelope, writeQueryEnd, writeQueryStart } from "./envelope.ts";
import type { Packet } from "./packet.ts";

/** Are you there? */
export interface PingQuery extends Envelope {
  readonly kind: "ping";
}

const NAME = literal("q", "ping");

export function pingFrom(packet: Packet): PingQuery {
  return { ...packet.envelope(), kind: "ping" };
}

export function writePing(writer: Writer, message: PingQuery): void {
  writeQueryStart(writer, message, 0);
  writeQueryEnd(writer, message, NAME);
}
