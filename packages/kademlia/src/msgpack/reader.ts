/**
 * Reads MessagePack from a datagram, field by field, without building objects. Every form of the specification is
 * understood, also longer ones than necessary, since any of them may come from other implementations.
 */

export type Kind = "nil" | "boolean" | "integer" | "float" | "text" | "bytes" | "array" | "map" | "extension";

/** The bytes are not what was expected here. Caught where datagrams enter; never seen outside. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

/** One for all: under a flood of broken datagrams, building a stack trace for each would be the attacker's gain. */
const MALFORMED = new MalformedError("malformed datagram");

export function malformed(): never {
  throw MALFORMED;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A cursor. Every method throws MalformedError when the bytes end early or are of another kind. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = offset;
  }

  /** What comes next, without moving. */
  get kind(): Kind {
    return kindOf(this.#bytes[this.#offset] ?? malformed());
  }

  /** Number of elements that follow. */
  arrayHeader(): number {
    const tag = this.#uint(1);
    if (tag >> 4 === 0x9) return tag & 0x0f;
    if (tag === 0xdc) return this.#uint(2);
    if (tag === 0xdd) return this.#uint(4);
    return malformed();
  }

  /** Number of key and value pairs that follow. */
  mapHeader(): number {
    const tag = this.#uint(1);
    if (tag >> 4 === 0x8) return tag & 0x0f;
    if (tag === 0xde) return this.#uint(2);
    if (tag === 0xdf) return this.#uint(4);
    return malformed();
  }

  text(): string {
    const tag = this.#uint(1);
    if (tag >> 5 === 0b101) return this.#utf8(tag & 0x1f);
    if (tag === 0xd9) return this.#utf8(this.#uint(1));
    if (tag === 0xda) return this.#utf8(this.#uint(2));
    if (tag === 0xdb) return this.#utf8(this.#uint(4));
    return malformed();
  }

  /** A view on the datagram, not a copy. */
  bytes(): Uint8Array {
    const tag = this.#uint(1);
    if (tag === 0xc4) return this.#take(this.#uint(1));
    if (tag === 0xc5) return this.#take(this.#uint(2));
    if (tag === 0xc6) return this.#take(this.#uint(4));
    return malformed();
  }

  boolean(): boolean {
    const tag = this.#uint(1);
    if (tag === 0xc2 || tag === 0xc3) return tag === 0xc3;
    return malformed();
  }

  /** A number as long as it is exact, a bigint beyond 2^53. */
  integer(): number | bigint {
    const tag = this.#uint(1);
    if (tag < 0x80) return tag;
    if (tag >= 0xe0) return tag - 0x100;
    switch (tag) {
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        return exact(this.#view.getBigUint64(this.#advance(8)));
      case 0xd0:
        return this.#view.getInt8(this.#advance(1));
      case 0xd1:
        return this.#view.getInt16(this.#advance(2));
      case 0xd2:
        return this.#view.getInt32(this.#advance(4));
      case 0xd3:
        return exact(this.#view.getBigInt64(this.#advance(8)));
      default:
        return malformed();
    }
  }

  float(): number {
    const tag = this.#uint(1);
    if (tag === 0xca) return this.#view.getFloat32(this.#advance(4));
    if (tag === 0xcb) return this.#view.getFloat64(this.#advance(8));
    return malformed();
  }

  /** Passes over one object with all that it holds. Depth and claimed sizes cost nothing: it only counts. */
  skip(): void {
    for (let remaining = 1; remaining > 0; remaining--) remaining += this.#skipOne();
  }

  /** Passes over one object, or only the header of an array or map. Returns how many objects are inside. */
  #skipOne(): number {
    switch (this.kind) {
      case "array":
        return this.arrayHeader();
      case "map":
        return this.mapHeader() * 2;
      case "text":
        this.text();
        return 0;
      case "bytes":
        this.bytes();
        return 0;
      case "integer":
        this.integer();
        return 0;
      case "float":
        this.float();
        return 0;
      case "nil":
      case "boolean":
        this.#advance(1);
        return 0;
      case "extension":
        this.#skipExtension();
        return 0;
    }
  }

  #skipExtension(): void {
    const tag = this.#uint(1);
    // fixext 1, 2, 4, 8, 16, or a length of 1, 2 or 4 bytes; then one byte for the type
    const length = tag >= 0xd4 ? 1 << (tag - 0xd4) : this.#uint(1 << (tag - 0xc7));
    this.#advance(1);
    this.#advance(length);
  }

  #utf8(length: number): string {
    try {
      return utf8.decode(this.#take(length));
    } catch {
      return malformed();
    }
  }

  #take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  #uint(size: number): number {
    const start = this.#advance(size);
    let value = 0;
    for (let i = start; i < start + size; i++) value = value * 256 + (this.#bytes[i] ?? 0);
    return value;
  }

  /** Moves on by `length` bytes, which must be there; returns where they start. */
  #advance(length: number): number {
    const start = this.#offset;
    if (start + length > this.#bytes.length) return malformed();
    this.#offset = start + length;
    return start;
  }
}

function kindOf(tag: number): Kind {
  if (tag < 0x80 || tag >= 0xe0) return "integer";
  if (tag < 0x90) return "map";
  if (tag < 0xa0) return "array";
  if (tag < 0xc0) return "text";
  if (tag >= 0xcc && tag <= 0xd3) return "integer";
  if (tag >= 0xc4 && tag <= 0xc6) return "bytes";
  if (tag >= 0xc7 && tag <= 0xc9) return "extension";
  if (tag >= 0xd4 && tag <= 0xd8) return "extension";
  if (tag >= 0xd9 && tag <= 0xdb) return "text";
  switch (tag) {
    case 0xc0:
      return "nil";
    case 0xc2:
    case 0xc3:
      return "boolean";
    case 0xca:
    case 0xcb:
      return "float";
    case 0xdc:
    case 0xdd:
      return "array";
    case 0xde:
    case 0xdf:
      return "map";
    default:
      return malformed(); // 0xc1, the one byte that MessagePack never uses
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
