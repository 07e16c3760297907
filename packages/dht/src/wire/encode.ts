import { Writer } from "../msgpack/index.ts";
import { writeValue } from "../value/index.ts";
import { writeError } from "./error.ts";
import { writeFind } from "./find.ts";
import { writeGet } from "./get.ts";
import { writeLegacyUpdate } from "./legacy-update.ts";
import { writeListen } from "./listen.ts";
import type { Message } from "./message.ts";
import { PART_BYTES, type PartMessage, writePart } from "./part.ts";
import { writePing } from "./ping.ts";
import { writePut } from "./put.ts";
import { writeRefresh } from "./refresh.ts";
import { writeReply } from "./reply.ts";
import { writeUpdate } from "./update.ts";
import { travelInline } from "./values.ts";

const writer = new Writer();
/** For values that are packed only to be cut up. */
const packer = new Writer();

const NO_PARTS: readonly Uint8Array<ArrayBuffer>[] = [];

/**
 * The message as a datagram: what `decodeMessage` gave comes out byte for byte as a real node would have sent it.
 * Values that don't fit are announced by their sizes; then send what `encodeParts` gives right behind.
 */
export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  writer.begin();
  write(message);
  return writer.finish();
}

/** The datagrams that must follow: the message's values in slices, in order. Mostly none. */
export function encodeParts(message: Message): readonly Uint8Array<ArrayBuffer>[] {
  if (message.kind !== "reply" && message.kind !== "put" && message.kind !== "update") return NO_PARTS;
  const { tid, network, client, values, announced } = message;
  if (values.length === 0 || announced.length > 0 || travelInline(values)) return NO_PARTS;
  const datagrams: Uint8Array<ArrayBuffer>[] = [];
  for (const [index, value] of values.entries()) {
    packer.begin();
    writeValue(packer, value);
    const packed = packer.view();
    for (let offset = 0; offset < packed.length; offset += PART_BYTES) {
      const part = { index, offset, data: packed.subarray(offset, offset + PART_BYTES) };
      datagrams.push(encodeMessage({ kind: "part", tid, network, client, parts: [part] } satisfies PartMessage));
    }
  }
  return datagrams;
}

function write(message: Message): void {
  switch (message.kind) {
    case "ping":
      writePing(writer, message);
      break;
    case "find":
      writeFind(writer, message);
      break;
    case "get":
      writeGet(writer, message);
      break;
    case "put":
      writePut(writer, message);
      break;
    case "refresh":
      writeRefresh(writer, message);
      break;
    case "listen":
      writeListen(writer, message);
      break;
    case "update":
      writeUpdate(writer, message);
      break;
    case "reply":
      writeReply(writer, message);
      break;
    case "error":
      writeError(writer, message);
      break;
    case "legacyUpdate":
      writeLegacyUpdate(writer, message);
      break;
    case "part":
      writePart(writer, message);
      break;
  }
}
