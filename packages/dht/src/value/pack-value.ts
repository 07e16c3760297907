import { literal, mapOf, textLength, type Writer } from "../msgpack/index.ts";
import type { Value } from "./value.ts";

const ID = literal("id");
const DAT = literal("dat");
const BODY = literal("body");
const SIG = literal("sig");
const PRIORITY = literal("p");
const PUSH_TYPE = literal("pt");
const SEQ = literal("seq");
const OWNER = literal("owner");
const TO = literal("to");
const TYPE = literal("type");
const DATA = literal("data");
const USER_TYPE = literal("utype");

/** `{id, dat, [p], [pt]}` (OpenDHT wire format, value serialisation). */
export function writeValue(writer: Writer, value: Value): void {
  writer.mapHeader(2 + (value.priority !== 0 ? 1 : 0) + (value.pushType !== "" ? 1 : 0));
  writer.raw(ID);
  writer.uint64(value.id);
  writer.raw(DAT);
  writeDat(writer, value);
  if (value.priority !== 0) {
    writer.raw(PRIORITY);
    writer.uint(value.priority);
  }
  if (value.pushType !== "") {
    writer.raw(PUSH_TYPE);
    writer.text(value.pushType);
  }
}

/** The cypher, or `{body, [sig]}`: also what is encrypted for a recipient. */
export function writeDat(writer: Writer, value: Value): void {
  const { cypher } = value;
  if (cypher) {
    writer.bin(cypher);
    return;
  }
  const signature = value.owner && value.signature;
  writer.byte(mapOf(signature ? 2 : 1));
  writer.raw(BODY);
  writeBody(writer, value);
  if (signature) {
    writer.raw(SIG);
    writer.bin(signature);
  }
}

/** `{[seq, owner, [to]], type, data, [utype]}`: the bytes that are signed. */
export function writeBody(writer: Writer, value: Value): void {
  const { owner, recipient, userType } = value;
  const hasRecipient = owner !== undefined && !recipient.isZero();
  writer.byte(mapOf(2 + (owner ? 2 : 0) + (hasRecipient ? 1 : 0) + (userType !== "" ? 1 : 0)));
  if (owner) {
    writer.raw(SEQ);
    writer.uint(value.seq);
    writer.raw(OWNER);
    writer.bin(owner);
  }
  if (hasRecipient) {
    writer.raw(TO);
    writer.infoHash(recipient);
  }
  writer.raw(TYPE);
  writer.uint(value.type);
  writer.raw(DATA);
  writer.bin(value.data);
  if (userType !== "") {
    writer.raw(USER_TYPE);
    writer.text(userType);
  }
}

/** Bytes that `writeValue` will write. */
export function packedValueSize(value: Value): number {
  let size = 1 + ID.length + uint64Size(value.id) + DAT.length + datSize(value);
  if (value.priority !== 0) size += PRIORITY.length + uintSize(value.priority);
  if (value.pushType !== "") size += PUSH_TYPE.length + textSize(value.pushType);
  return size;
}

function datSize(value: Value): number {
  const { cypher, owner, signature, recipient, userType } = value;
  if (cypher) return binSize(cypher);
  let size = 1 + BODY.length + 1 + TYPE.length + uintSize(value.type) + DATA.length + binSize(value.data);
  if (userType !== "") size += USER_TYPE.length + textSize(userType);
  if (!owner) return size;
  size += SEQ.length + uintSize(value.seq) + OWNER.length + binSize(owner);
  if (!recipient.isZero()) size += TO.length + 22;
  if (signature) size += SIG.length + binSize(signature);
  return size;
}

function uintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value <= 0xff) return 2;
  return value <= 0xffff ? 3 : 5;
}

function uint64Size(value: bigint): number {
  return value <= 0xffff_ffffn ? uintSize(Number(value)) : 9;
}

function binSize(bytes: Uint8Array): number {
  const { length } = bytes;
  return length + (length <= 0xff ? 2 : length <= 0xffff ? 3 : 5);
}

function textSize(text: string): number {
  const length = textLength(text);
  return length <= 31 ? length + 1 : length + (length <= 0xff ? 2 : length <= 0xffff ? 3 : 5);
}
