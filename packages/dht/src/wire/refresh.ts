import { InfoHash } from "../id/index.ts";
import { literal, type Writer } from "../msgpack/index.ts";
import { EMPTY_BYTES } from "../value/index.ts";
import { type Envelope, writeQueryEnd, writeQueryStart } from "./envelope.ts";
import type { Packet } from "./packet.ts";

/** Keep the value that you hold for another lifetime. */
export interface RefreshQuery extends Envelope {
  readonly kind: "refresh";
  readonly key: InfoHash;
  readonly valueId: bigint;
  readonly token: Uint8Array;
}

const NAME = literal("q", "refresh");
const KEY = literal("h");
const VALUE_ID = literal("vid");
const TOKEN = literal("token");

export function refreshFrom(packet: Packet): RefreshQuery {
  const { key = InfoHash.zero, valueId = 0n, token = EMPTY_BYTES } = packet.body;
  return { ...packet.envelope(), kind: "refresh", key, valueId, token };
}

/** `{id, h, vid, token}` */
export function writeRefresh(writer: Writer, message: RefreshQuery): void {
  writeQueryStart(writer, message, 3);
  writer.raw(KEY);
  writer.infoHash(message.key);
  writer.raw(VALUE_ID);
  writer.uint64(message.valueId);
  writer.raw(TOKEN);
  writer.bin(message.token);
  writeQueryEnd(writer, message, NAME);
}
