import { literal, mapOf, type Writer } from "../msgpack/index.ts";
import { EMPTY_BYTES } from "../value/index.ts";
import { type Envelope, tailEntries, writeSender, writeTail, writeTid } from "./envelope.ts";
import { type CarriesIds, idListEntries, writeIdLists } from "./id-lists.ts";
import type { Packet } from "./packet.ts";

/** News for a listener of the older kind (version 0); its `tid` is the listener's socket id. Never answered. */
export interface LegacyUpdate extends Envelope, CarriesIds {
  readonly kind: "legacyUpdate";
  readonly token: Uint8Array;
}

const NEWS = literal("u");
const TOKEN = literal("token");
const REPLY_CLASS = literal("y", "r");

export function legacyUpdateFrom(packet: Packet): LegacyUpdate {
  const { token = EMPTY_BYTES, refreshed, expired } = packet.body;
  return { ...packet.envelope(), kind: "legacyUpdate", token, refreshed, expired };
}

/** `u: {id, token, re | exp}, y, v, [n], [s], t` */
export function writeLegacyUpdate(writer: Writer, message: LegacyUpdate): void {
  writer.byte(mapOf(3 + tailEntries(message)));
  writer.raw(NEWS);
  writeSender(writer, message, 1 + idListEntries(message));
  writer.raw(TOKEN);
  writer.bin(message.token);
  writeIdLists(writer, message);
  writer.raw(REPLY_CLASS);
  writeTail(writer, message);
  writeTid(writer, message.tid);
}
