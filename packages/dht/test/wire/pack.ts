import { Writer } from "../../src/msgpack/index.ts";

/** Something to pack by hand: what real nodes send, and what they never would. */
export type Packable =
  | number
  | bigint
  | string
  | boolean
  | Uint8Array
  | Entries
  | Raw
  | readonly Packable[]
  | PackableObject;

export interface PackableObject {
  readonly [key: string]: Packable;
}

/** A map that may hold a key twice, or keys that are no text. */
export class Entries {
  readonly entries: readonly (readonly [Packable, Packable])[];

  constructor(...entries: readonly (readonly [Packable, Packable])[]) {
    this.entries = entries;
  }
}

/** Bytes that stand for themselves. */
export class Raw {
  readonly bytes: readonly number[];

  constructor(...bytes: readonly number[]) {
    this.bytes = bytes;
  }
}

export function pack(object: Packable): Uint8Array {
  const writer = new Writer();
  write(writer, object);
  return writer.finish();
}

function write(writer: Writer, object: Packable): void {
  if (typeof object === "number") writer.uint(object);
  else if (typeof object === "bigint") writer.uint64(object);
  else if (typeof object === "string") writer.text(object);
  else if (typeof object === "boolean") writer.boolean(object);
  else if (object instanceof Uint8Array) writer.bin(object);
  else if (object instanceof Raw) writer.raw(Uint8Array.from(object.bytes));
  else if (object instanceof Entries) writeEntries(writer, object.entries);
  else if (isList(object)) {
    writer.arrayHeader(object.length);
    for (const element of object) write(writer, element);
  } else writeEntries(writer, Object.entries(object));
}

function isList(object: Packable): object is readonly Packable[] {
  return Array.isArray(object);
}

function writeEntries(writer: Writer, entries: readonly (readonly [Packable, Packable])[]): void {
  writer.mapHeader(entries.length);
  for (const [key, value] of entries) {
    write(writer, key);
    write(writer, value);
  }
}
