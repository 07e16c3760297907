import { keyCode, literal, mapOf, type Reader, type Writer } from "../msgpack/index.ts";
import { originEntries, writeOrigin, writeTid } from "./envelope.ts";
import type { Packet } from "./packet.ts";

/** A slice of a packed value that was too large for its message. */
export interface ValuePart {
  /** The value's place in the list of values of the message with the same tid. */
  readonly index: number;
  /** Where the slice belongs, bytes. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** Slices of values that a message announced. Says nothing about its sender: address and tid must do. */
export interface PartMessage {
  readonly kind: "part";
  readonly tid: number;
  readonly network: number;
  readonly client: boolean;
  /** Real nodes send exactly one per datagram. */
  readonly parts: readonly ValuePart[];
}

/** Bytes of a packed value in one part. */
export const PART_BYTES = 1280;

const OFFSET_KEY = keyCode("o");
const DATA_KEY = keyCode("d");

const PART_CLASS = literal("y", "p");
const PARTS = literal("p");
const PART_HEAD = literal(mapOf(2), "o");
const DATA = literal("d");

const MAX_UINT32 = 0xffff_ffff;

export function partFrom({ tid, network, client, parts }: Packet): PartMessage {
  return { kind: "part", tid, network, client, parts };
}

/** `{index: {o, d}…}` */
export function readParts(reader: Reader): readonly ValuePart[] {
  const parts: ValuePart[] = [];
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) {
    const index = reader.readUint(MAX_UINT32);
    const part = readPart(reader, index);
    if (part) parts.push(part);
  }
  return parts;
}

function readPart(reader: Reader, index: number): ValuePart | undefined {
  let offset: number | undefined;
  let data: Uint8Array | undefined;
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) {
    const key = reader.readKey();
    if (key === OFFSET_KEY && offset === undefined) offset = reader.readUint(MAX_UINT32);
    else if (key === DATA_KEY && data === undefined) data = reader.readBlob();
    else reader.skip();
  }
  if (offset !== undefined && data !== undefined) return { index, offset, data };
  reader.fail();
  return undefined;
}

/** `[n], [s], y, t, p: {index: {o, d}}`: the only message that starts with its origin. */
export function writePart(writer: Writer, message: PartMessage): void {
  writer.byte(mapOf(3 + originEntries(message)));
  writeOrigin(writer, message);
  writer.raw(PART_CLASS);
  writeTid(writer, message.tid);
  writer.raw(PARTS);
  writer.mapHeader(message.parts.length);
  for (const { index, offset, data } of message.parts) {
    writer.uint(index);
    writer.raw(PART_HEAD);
    writer.uint(offset);
    writer.raw(DATA);
    writer.bin(data);
  }
}
