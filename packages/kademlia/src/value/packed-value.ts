import { ValueTypeError } from "../errors/index.ts";
import { malformed, Reader, Writer } from "../msgpack/index.ts";
import { Float, isWrittenAsInteger, type Value } from "./value.ts";

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 64n - 1n;

const writer = new Writer();

/**
 * A value as its shortest MessagePack bytes: the form in which the engine stores, compares and forwards it. Equal bytes
 * mean equal values of equal type.
 */
export class PackedValue {
  /** Not to be written to. */
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** @throws ValueTypeError for what the network cannot hold */
  static pack(value: Value): PackedValue {
    writer.begin();
    writeValue(value);
    return new PackedValue(writer.finish());
  }

  /**
   * Takes one object off a datagram. Undefined if it is of a type that is no value (nil, array, map, extension): these
   * make other implementations fail, so they are not passed on.
   */
  static read(reader: Reader): PackedValue | undefined {
    const value = readValue(reader);
    return value === undefined ? undefined : PackedValue.pack(value);
  }

  /** From the `bytes` of an earlier one, as kept on a disk. @throws MalformedError if they are not that */
  static fromBytes(bytes: Uint8Array): PackedValue {
    return PackedValue.read(new Reader(bytes)) ?? malformed();
  }

  /** The value, with bytes copied. */
  unpack(): Value {
    return readValue(new Reader(this.bytes)) ?? malformed();
  }

  equals(other: PackedValue): boolean {
    const a = this.bytes;
    const b = other.bytes;
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
  }
}

/** Undefined, with the object passed over, where it is no permitted value. */
function readValue(reader: Reader): Value | undefined {
  switch (reader.kind) {
    case "text":
      return reader.text();
    case "bytes":
      return new Uint8Array(reader.bytes());
    case "boolean":
      return reader.boolean();
    case "integer":
      return reader.integer();
    case "float":
      return Float.unwrapped(reader.float());
    default:
      reader.skip();
      return undefined;
  }
}

function writeValue(value: Value): Writer {
  switch (typeof value) {
    case "string":
      if (/\p{Surrogate}/u.test(value))
        throw new ValueTypeError("this text has half a surrogate pair: no UTF-8 can hold it");
      return writer.text(value);
    case "boolean":
      return writer.boolean(value);
    case "number":
      return isWrittenAsInteger(value) ? writer.integer(value) : writer.float(value);
    case "bigint":
      if (value < MIN_INTEGER || value > MAX_INTEGER) {
        throw new ValueTypeError("an integer must lie within −2^63 … 2^64−1: store larger ones as text");
      }
      return writer.integer(value);
    default:
      if (value instanceof Uint8Array) return writer.bytes(value);
      if (value instanceof Float) return writer.float(value.value);
      throw new ValueTypeError(
        "a value must be text, bytes, a boolean, an integer or a float: encode other things as text",
      );
  }
}
