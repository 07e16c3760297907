import type { SockAddr } from "../../address/index.ts";
import type { InfoHash } from "../../id/index.ts";
import { Reader, readTimestamp, type Timestamp, Writer, writeTimestamp } from "../../msgpack/index.ts";
import { EMPTY_BYTES, parseSockAddrBlob, sockAddrBlob, Value, writeValue } from "../../value/index.ts";

/** All values under one key, packed: see `encodeValues`. */
export interface ValuesExport {
  readonly key: InfoHash;
  readonly blob: Uint8Array;
}

/** A stored value with what the store knows about it. */
export interface ExportedValue {
  readonly value: Value;
  /** Unix ms; undefined in exports of OpenDHT before 4.3, whose times are of a clock that means nothing elsewhere. */
  readonly created: number | undefined;
  /** Unix ms, Infinity: never; undefined when the export doesn't tell. */
  readonly expires: number | undefined;
  /** Who stored it; undefined for our own values. */
  readonly source: SockAddr | undefined;
}

/** A stored value as it is exported now: its times are known. */
export type TimedValue = ExportedValue & { readonly created: number; readonly expires: number };

/** C++'s last nanosecond, "never": as a timestamp, and as the integer of exports from 3.7.4 to 4.2. */
const NEVER: Timestamp = { seconds: 9_223_372_036, nanoseconds: 854_775_807 };
const NEVER_NANOSECONDS = 2 ** 63;

/** `[[created, value, source, expires]…]`, as OpenDHT writes it since 4.3. */
export function encodeValues(values: readonly TimedValue[]): Uint8Array<ArrayBuffer> {
  const writer = new Writer(512);
  writer.arrayHeader(values.length);
  for (const { value, created, expires, source } of values) {
    writer.arrayHeader(4);
    writeTime(writer, created);
    writeValue(writer, value);
    writer.bin(source ? sockAddrBlob(source) : EMPTY_BYTES);
    writeTime(writer, expires);
  }
  return writer.finish();
}

/** Exports of all versions: two elements, or four with integer times, or four with timestamps. What can't be read is passed over. */
export function decodeValues(blob: Uint8Array): readonly ExportedValue[] {
  const values: ExportedValue[] = [];
  const reader = new Reader(blob);
  for (let length = reader.readArrayLength(); length > 0 && !reader.failed; length--) {
    const start = reader.offset;
    const value = readExportedValue(reader);
    if (value && !reader.failed) values.push(value);
    reader.rewind(start);
    reader.skip();
  }
  return values;
}

function readExportedValue(reader: Reader): ExportedValue | undefined {
  const length = reader.readArrayLength();
  if (length < 2 || length > 4) return undefined;
  const created = readTime(reader);
  const value = Value.read(reader);
  const source = length > 2 ? parseSockAddrBlob(reader.readBlob()) : undefined;
  const expires = length > 3 ? readTime(reader) : undefined;
  return value && { value, created, expires, source };
}

function writeTime(writer: Writer, time: number): void {
  const seconds = Math.floor(time / 1000);
  const isNever = time === Number.POSITIVE_INFINITY;
  writeTimestamp(writer, isNever ? NEVER : { seconds, nanoseconds: Math.floor((time - seconds * 1000) * 1e6) });
}

/** A timestamp, or an integer of which nothing can be said but that it is the last one. */
function readTime(reader: Reader): number | undefined {
  if (!reader.isNextExtension()) {
    return reader.readInteger() >= NEVER_NANOSECONDS ? Number.POSITIVE_INFINITY : undefined;
  }
  const { seconds, nanoseconds } = readTimestamp(reader);
  return seconds >= NEVER.seconds ? Number.POSITIVE_INFINITY : seconds * 1000 + nanoseconds / 1e6;
}
