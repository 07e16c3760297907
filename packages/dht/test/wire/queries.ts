import { InfoHash } from "../../src/id/index.ts";
import { decodeMessage, type Malformed, type Message } from "../../src/wire/index.ts";
import { type Packable, type PackableObject, pack } from "./pack.ts";

export const ID = InfoHash.get("sender");
export const KEY = InfoHash.get("key");

/** A packed query with these arguments besides the sender's id. */
export function query(name: string, args: PackableObject = {}, around: PackableObject = {}): Uint8Array {
  return pack({ a: { id: ID.bytes, ...args }, q: name, t: 7, y: "q", v: "o2", ...around });
}

export function reply(body: PackableObject = {}, around: PackableObject = {}): Uint8Array {
  return pack({ r: { id: ID.bytes, ...body }, t: 7, y: "r", v: "o2", ...around });
}

/** A packed plain value. */
export function value(
  id: number | bigint,
  data: Packable = Uint8Array.of(1, 2, 3),
  body: PackableObject = {},
): PackableObject {
  return { id, dat: { body: { type: 0, data, ...body } } };
}

/** The message of a kind in the datagram; fails the test when it is another. */
export function decodeAs<K extends Message["kind"]>(kind: K, datagram: Uint8Array): Extract<Message, { kind: K }> {
  const message = decodeMessage(datagram);
  if (isKind(message, kind)) return message;
  throw new Error(message.kind === "malformed" ? message.reason : `a ${message.kind} instead of a ${kind}`);
}

export function isMalformed(datagram: Uint8Array): boolean {
  return decodeMessage(datagram).kind === "malformed";
}

function isKind<K extends Message["kind"]>(
  message: Message | Malformed,
  kind: K,
): message is Extract<Message, { kind: K }> {
  return message.kind === kind;
}
