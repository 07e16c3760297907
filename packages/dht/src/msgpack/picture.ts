import { UnpackError } from "../errors/index.ts";
import { toHex } from "./hex.ts";
import { Reader } from "./reader.ts";
import { TIMESTAMP_TYPE, timestampFrom } from "./timestamp.ts";

/** Anything JSON can say. */
export type Picture = null | boolean | number | string | readonly Picture[] | { readonly [key: string]: Picture };

/** Deeper objects are not drawn: nothing real nests further, and drawing follows the nesting. */
const MAX_DEPTH = 64;

/**
 * Packed bytes as people can read them: maps are objects in their order, bin is `{"$bin": hex}`, integers from 2^53 on
 * are `{"$int": decimal}`, maps that no object can show (keys that aren't names, or come twice) are
 * `{"$map": [[key, value]…]}`, timestamps
 * `{"$timestamp": [seconds, nanoseconds]}` and other extensions `{"$ext": [type, hex]}`. Bytes after the object are ignored.
 *
 * @throws UnpackError when the bytes are truncated or nested too deeply
 */
export function describePacked(bytes: Uint8Array): Picture {
  const reader = new Reader(bytes);
  const picture = draw(reader, 0);
  if (reader.failed) throw new UnpackError("the bytes end before the object does, or are no MessagePack");
  return picture;
}

function draw(reader: Reader, depth: number): Picture {
  if (depth > MAX_DEPTH) throw new UnpackError(`the object is nested more than ${MAX_DEPTH} levels deep`);
  const head = reader.peek();
  if (reader.isNextMap()) return drawMap(reader, depth);
  if (reader.isNextArray()) return drawArray(reader, depth);
  if (reader.isNextInteger()) return drawInteger(reader);
  if (reader.isNextExtension()) return drawExtension(reader);
  switch (head) {
    case 0xc0:
      reader.skip();
      return null;
    case 0xc2:
    case 0xc3:
      return reader.readBoolean();
    case 0xca:
    case 0xcb:
      return drawFloat(reader);
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return { $bin: toHex(reader.readBlob()) };
    default:
      return reader.readText();
  }
}

function drawMap(reader: Reader, depth: number): Picture {
  const entries: [Picture, Picture][] = [];
  for (let length = reader.readMapLength(); length > 0 && !reader.failed; length--) {
    entries.push([draw(reader, depth + 1), draw(reader, depth + 1)]);
  }
  return isObject(entries) ? Object.fromEntries(entries) : { $map: entries };
}

/** An object can't hold a name twice, and moves numbers to the front. */
function isObject(entries: readonly [Picture, Picture][]): entries is [string, Picture][] {
  const names = new Set(entries.map(([name]) => name));
  return names.size === entries.length && [...names].every((name) => typeof name === "string" && !/^\d+$/.test(name));
}

function drawArray(reader: Reader, depth: number): Picture {
  const elements: Picture[] = [];
  for (let length = reader.readArrayLength(); length > 0 && !reader.failed; length--) {
    elements.push(draw(reader, depth + 1));
  }
  return elements;
}

function drawInteger(reader: Reader): Picture {
  const start = reader.offset;
  const value = reader.readInteger();
  if (Number.isSafeInteger(value)) return value;
  reader.rewind(start);
  return { $int: value < 0 ? `${value}` : reader.readUint64().toString() };
}

function drawFloat(reader: Reader): Picture {
  const { bytes, offset } = reader;
  const isDouble = reader.peek() === 0xcb;
  reader.skip();
  if (reader.failed) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset + 1);
  return isDouble ? view.getFloat64(0) : view.getFloat32(0);
}

function drawExtension(reader: Reader): Picture {
  const { type, data } = reader.readExtension();
  const timestamp = type === TIMESTAMP_TYPE ? timestampFrom(data) : undefined;
  return timestamp ? { $timestamp: [timestamp.seconds, timestamp.nanoseconds] } : { $ext: [type, toHex(data)] };
}
