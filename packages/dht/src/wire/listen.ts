import { InfoHash } from "../id/index.ts";
import { literal, type Writer } from "../msgpack/index.ts";
import { EMPTY_BYTES, hasQueryToSend, type Query, writeQuery } from "../value/index.ts";
import { type Envelope, writeQueryEnd, writeQueryStart } from "./envelope.ts";
import type { Packet } from "./packet.ts";

/** Tell me what changes under this key. */
export interface ListenQuery extends Envelope {
  readonly kind: "listen";
  readonly key: InfoHash;
  readonly token: Uint8Array;
  /** The number that updates will bear. */
  readonly socketId: number;
  /** 1: updates are queries of their own; 0: the older way, unsolicited replies. */
  readonly version: 0 | 1;
  /** Undefined: every value. */
  readonly query?: Query | undefined;
}

const NAME = literal("q", "listen");
const VERSION = literal("ve");
const KEY = literal("h");
const TOKEN = literal("token");
const SOCKET_ID = literal("sid");
const QUERY = literal("q");

export function listenFrom(packet: Packet): ListenQuery {
  const { key = InfoHash.zero, token = EMPTY_BYTES, socketId, version, query } = packet.body;
  return { ...packet.envelope(), kind: "listen", key, token, socketId, version, query };
}

/** `{id, [ve], h, token, sid, [q]}` */
export function writeListen(writer: Writer, message: ListenQuery): void {
  const { query, version } = message;
  const hasQuery = hasQueryToSend(query);
  writeQueryStart(writer, message, 3 + (version === 0 ? 0 : 1) + (hasQuery ? 1 : 0));
  if (version !== 0) {
    writer.raw(VERSION);
    writer.uint(version);
  }
  writer.raw(KEY);
  writer.infoHash(message.key);
  writer.raw(TOKEN);
  writer.bin(message.token);
  writer.raw(SOCKET_ID);
  writer.uint(message.socketId);
  if (hasQuery) {
    writer.raw(QUERY);
    writeQuery(writer, query);
  }
  writeQueryEnd(writer, message, NAME);
}
