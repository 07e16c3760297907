import type { InfoHash } from "../id/index.ts";
import { literal, mapOf, type Writer } from "../msgpack/index.ts";
import { EMPTY_BYTES } from "../value/index.ts";
import {
  type Envelope,
  tailEntries,
  writeQueryEnd,
  writeQueryStart,
  writeSender,
  writeTail,
  writeTid,
} from "./envelope.ts";
import { idListEntries, writeIdLists } from "./id-lists.ts";
import type { Packet } from "./packet.ts";
import { type CarriesValues, writeCreated, writeValues } from "./values.ts";

/** News for a listener: new values (with `key`), or ids of refreshed or expired ones (without). */
export interface UpdateQuery extends Envelope, CarriesValues {
  readonly kind: "update";
  readonly socketId: number;
  /** Present when values are sent. */
  readonly key?: InfoHash | undefined;
  readonly token: Uint8Array;
  readonly version: 0 | 1;
  /** When the values were made, Unix time in whole seconds; undefined: now. */
  readonly created?: number | undefined;
  readonly refreshed: readonly bigint[];
  readonly expired: readonly bigint[];
}

const NAME = literal("q", "update");
const ARGUMENTS = literal("a");
const QUERY_CLASS = literal("y", "q");
const VERSION = literal("ve");
const KEY = literal("h");
const SOCKET_ID = literal("sid");
const TOKEN = literal("token");

export function updateFrom(packet: Packet): UpdateQuery {
  const { body } = packet;
  return {
    ...packet.envelope(),
    kind: "update",
    socketId: body.socketId,
    key: body.key,
    token: body.token ?? EMPTY_BYTES,
    version: body.version,
    values: body.values,
    announced: body.announced,
    created: body.created,
    refreshed: body.refreshed,
    expired: body.expired,
  };
}

export function writeUpdate(writer: Writer, message: UpdateQuery): void {
  const { key } = message;
  if (key) writeNewValues(writer, message, key);
  else writeNews(writer, message);
}

/** `{id, [ve], h, sid, values, [c], token}` */
function writeNewValues(writer: Writer, message: UpdateQuery, key: InfoHash): void {
  const { version, created } = message;
  writeQueryStart(
    writer,
    message,
    4 + (version === 0 ? 0 : 1) + (created === undefined ? 0 : 1) + idListEntries(message),
  );
  if (version !== 0) {
    writer.raw(VERSION);
    writer.uint(version);
  }
  writer.raw(KEY);
  writer.infoHash(key);
  writer.raw(SOCKET_ID);
  writer.uint(message.socketId);
  writeValues(writer, message);
  if (created !== undefined) writeCreated(writer, created);
  writer.raw(TOKEN);
  writer.bin(message.token);
  writeIdLists(writer, message);
  writeQueryEnd(writer, message, NAME);
}

/** `{id, sid, token, re | exp}`, and what is around it in an order of its own: `a, y, v, [n], [s], q, t`. */
function writeNews(writer: Writer, message: UpdateQuery): void {
  writer.byte(mapOf(4 + tailEntries(message)));
  writer.raw(ARGUMENTS);
  writeSender(writer, message, 2 + idListEntries(message));
  writer.raw(SOCKET_ID);
  writer.uint(message.socketId);
  writer.raw(TOKEN);
  writer.bin(message.token);
  writeIdLists(writer, message);
  writer.raw(QUERY_CLASS);
  writeTail(writer, message);
  writer.raw(NAME);
  writeTid(writer, message.tid);
}
