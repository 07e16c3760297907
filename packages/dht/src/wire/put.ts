import { InfoHash } from "../id/index.ts";
import { literal, type Writer } from "../msgpack/index.ts";
import { EMPTY_BYTES } from "../value/index.ts";
import { type Envelope, writeQueryEnd, writeQueryStart } from "./envelope.ts";
import type { Packet } from "./packet.ts";
import { type CarriesValues, writeCreated, writeValues } from "./values.ts";

/** Keep these values under this key. */
export interface PutQuery extends Envelope, CarriesValues {
  readonly kind: "put";
  readonly key: InfoHash;
  /** When the values were made, Unix time in whole seconds; undefined: now. */
  readonly created?: number | undefined;
  readonly token: Uint8Array;
}

const NAME = literal("q", "put");
const KEY = literal("h");
const TOKEN = literal("token");

export function putFrom(packet: Packet): PutQuery {
  const { key = InfoHash.zero, values, announced, created, token = EMPTY_BYTES } = packet.body;
  return { ...packet.envelope(), kind: "put", key, values, announced, created, token };
}

/** `{id, h, values, [c], token}` */
export function writePut(writer: Writer, message: PutQuery): void {
  writeQueryStart(writer, message, message.created === undefined ? 3 : 4);
  writer.raw(KEY);
  writer.infoHash(message.key);
  writeValues(writer, message);
  if (message.created !== undefined) writeCreated(writer, message.created);
  writer.raw(TOKEN);
  writer.bin(message.token);
  writeQueryEnd(writer, message, NAME);
}
