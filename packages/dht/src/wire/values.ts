import { literal, type Reader, type Writer } from "../msgpack/index.ts";
import { packedValueSize, Value, writeValue } from "../value/index.ts";

/** A value that isn't in the message itself but follows in parts. */
export interface AnnouncedValue {
  /** Its place in the message's list of values, which its parts bear. */
  readonly index: number;
  /** Bytes of the packed value, at most MAX_PACKED_VALUE_BYTES. */
  readonly size: number;
}

/** The values of a put, update or reply: those at hand and those that come in parts. */
export interface CarriesValues {
  readonly values: readonly Value[];
  /** Empty in messages of our own: the encoder decides what goes inline and what in parts. */
  readonly announced: readonly AnnouncedValue[];
}

/** Larger announced values are passed over (the largest value that is stored, and 32 bytes around it). */
export const MAX_PACKED_VALUE_BYTES = 65_568;

/** From this many values on, or this many bytes of them, all travel in parts. */
const INLINE_VALUES = 50;
const INLINE_BYTES = 600;

const VALUES = literal("values");
const CREATED = literal("c");

/** Values and sizes, mixed. What is neither is passed over; what isn't an array makes the reader fail. */
export function readValues(
  reader: Reader,
  into: { values: readonly Value[]; announced: readonly AnnouncedValue[] },
): void {
  const values: Value[] = [];
  const announced: AnnouncedValue[] = [];
  const length = reader.readArrayLength();
  for (let index = 0; index < length && !reader.failed; index++) {
    if (reader.isNextInteger()) {
      const size = reader.readInteger();
      if (size > 0 && size <= MAX_PACKED_VALUE_BYTES) announced.push({ index, size });
      continue;
    }
    const start = reader.offset;
    const value = Value.read(reader);
    if (value) values.push(value);
    else {
      reader.rewind(start);
      reader.skip();
    }
  }
  into.values = values;
  into.announced = announced;
}

/** Whether our values fit into the message itself. */
export function travelInline(values: readonly Value[]): boolean {
  if (values.length >= INLINE_VALUES) return false;
  let bytes = 0;
  for (const value of values) bytes += packedValueSize(value);
  return bytes < INLINE_BYTES;
}

/** `values: […]`: whole values, or the sizes of those that go in parts. */
export function writeValues(writer: Writer, { values, announced }: CarriesValues): void {
  writer.raw(VALUES);
  writer.arrayHeader(values.length + announced.length);
  if (announced.length > 0) writeMixed(writer, values, announced);
  else if (travelInline(values)) for (const value of values) writeValue(writer, value);
  else for (const value of values) writer.uint(packedValueSize(value));
}

/** A message that was received: sizes at their places, whole values in between. */
function writeMixed(writer: Writer, values: readonly Value[], announced: readonly AnnouncedValue[]): void {
  let next = 0;
  for (const [place, value] of values.entries()) {
    for (let size = announced[next]; size !== undefined && size.index <= place + next; size = announced[++next]) {
      writer.uint(size.size);
    }
    writeValue(writer, value);
  }
  for (const size of announced.slice(next)) writer.uint(size.size);
}

/** `c`: when the values were made, Unix time in whole seconds. */
export function writeCreated(writer: Writer, created: number): void {
  writer.raw(CREATED);
  writer.uint(created);
}
