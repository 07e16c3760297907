import type { InfoHash } from "../id/index.ts";
import { literal, mapOf, type Writer } from "../msgpack/index.ts";

/** What our own messages say about their sender's program (OpenDHT sends the same since 2.6). */
export const USER_AGENT = "o2";

/** What every message carries around its body (OpenDHT wire format, common envelope). */
export interface Envelope {
  /** Transaction id, 32 bits unsigned; 0 when it was missing. */
  readonly tid: number;
  /** The sending node; the zero hash when it was missing. */
  readonly id: InfoHash;
  /** Networks with different numbers ignore each other; 0 is the public one. */
  readonly network: number;
  /** True when the sender is a client: served, but never told to others. */
  readonly client: boolean;
  /** The sender's program; undefined when it doesn't tell. Say `USER_AGENT` in our own messages. */
  readonly agent: string | undefined;
}

const ARGUMENTS = literal("a");
const REPLY = literal("r");
const NODE_ID = literal("id");
const QUERY_CLASS = literal("y", "q");
const REPLY_CLASS = literal("y", "r");
const TID = literal("t");
const AGENT = literal("v");
const OWN_AGENT = literal("v", USER_AGENT);
const NETWORK = literal("n");
const CLIENT = literal("s", 0xc3);

/** `a: {id, …` of a query; `args` counts what follows the id. */
export function writeQueryStart(writer: Writer, message: Envelope, args: number): void {
  writer.byte(mapOf(4 + tailEntries(message)));
  writer.raw(ARGUMENTS);
  writeSender(writer, message, args);
}

/** `q, t, y` and the tail; `name` is the literal of `q` and the query's name. */
export function writeQueryEnd(writer: Writer, message: Envelope, name: Uint8Array): void {
  writer.raw(name);
  writeTid(writer, message.tid);
  writer.raw(QUERY_CLASS);
  writeTail(writer, message);
}

/** `r: {id, …`; `fields` counts what follows the id. */
export function writeReplyStart(writer: Writer, message: Envelope, fields: number): void {
  writer.byte(mapOf(3 + tailEntries(message)));
  writer.raw(REPLY);
  writeSender(writer, message, fields);
}

export function writeReplyEnd(writer: Writer, message: Envelope): void {
  writeTid(writer, message.tid);
  writer.raw(REPLY_CLASS);
  writeTail(writer, message);
}

/** `{id, …` with `others` entries after the id. */
export function writeSender(writer: Writer, message: Envelope, others: number): void {
  writer.byte(mapOf(1 + others));
  writer.raw(NODE_ID);
  writer.infoHash(message.id);
}

export function writeTid(writer: Writer, tid: number): void {
  writer.raw(TID);
  writer.uint(tid);
}

/** How many entries `writeTail` will write. */
export function tailEntries(message: Envelope): number {
  return (message.agent === undefined ? 0 : 1) + originEntries(message);
}

/** `[v], [n], [s]` */
export function writeTail(writer: Writer, message: Envelope): void {
  const { agent } = message;
  if (agent === USER_AGENT) writer.raw(OWN_AGENT);
  else if (agent !== undefined) {
    writer.raw(AGENT);
    writer.text(agent);
  }
  writeOrigin(writer, message);
}

/** How many entries `writeOrigin` will write. */
export function originEntries(message: { readonly network: number; readonly client: boolean }): number {
  return (message.network === 0 ? 0 : 1) + (message.client ? 1 : 0);
}

/** `[n], [s]`: the network unless it is the public one, and whether the sender is a client. */
export function writeOrigin(writer: Writer, message: { readonly network: number; readonly client: boolean }): void {
  if (message.network !== 0) {
    writer.raw(NETWORK);
    writer.uint(message.network);
  }
  if (message.client) writer.raw(CLIENT);
}
