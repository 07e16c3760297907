import { readWord } from "../id/hash.ts";
import { InfoHash } from "../id/index.ts";
import { keyDigit, MAX_KEY_LENGTH, UNKNOWN_KEY } from "./key-code.ts";
import { COUNT_BYTES, COUNTED_OBJECTS, FIXED_BYTES } from "./lengths.ts";
import { decodeText, type KnownTexts } from "./text.ts";
import { uint64FromWords } from "./uint64.ts";

const EMPTY = new Uint8Array(0);

/** A byte that MessagePack never uses: what `peek` gives at the end. */
const NEVER_USED = 0xc1;

/** Up to this, a loop copies faster than the platform. */
const SHORT_BYTES = 32;

/**
 * A cursor over MessagePack from strangers.
 *
 * Nothing is thrown: the first thing that is truncated or of the wrong type sets `failed` and moves the cursor to the
 * end, where all further reads fail too and give zeros; so a caller may read a whole structure and look once. Nothing is
 * allocated on the strength of a claimed length. `rewind` makes a failed reader good again.
 */
export class Reader {
  bytes: Uint8Array;
  offset = 0;
  end: number;
  failed = false;

  constructor(bytes: Uint8Array = EMPTY) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** Starts over on other bytes; a reader that stays saves an object per datagram. */
  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.offset = 0;
    this.end = bytes.length;
    this.failed = false;
  }

  /** Back to an offset seen before; forgets a failure. */
  rewind(offset: number): void {
    this.offset = offset;
    this.failed = false;
  }

  fail(): 0 {
    this.failed = true;
    this.offset = this.end;
    return 0;
  }

  /** The next header byte, left in place. */
  peek(): number {
    return this.offset < this.end ? (this.bytes[this.offset] ?? NEVER_USED) : NEVER_USED;
  }

  isNextMap(): boolean {
    const head = this.peek();
    return head >> 4 === 0x8 || head === 0xde || head === 0xdf;
  }

  isNextArray(): boolean {
    const head = this.peek();
    return head >> 4 === 0x9 || head === 0xdc || head === 0xdd;
  }

  isNextInteger(): boolean {
    const head = this.peek();
    return head < 0x80 || head >= 0xe0 || (head >= 0xcc && head <= 0xd3);
  }

  isNextExtension(): boolean {
    const head = this.peek();
    return (head >= 0xc7 && head <= 0xc9) || (head >= 0xd4 && head <= 0xd8);
  }

  /** Number of entries of a map. */
  readMapLength(): number {
    const head = this.#byte();
    if (head >> 4 === 0x8) return head & 0x0f;
    if (head === 0xde) return this.#uint(2);
    if (head === 0xdf) return this.#uint(4);
    return this.fail();
  }

  /** Number of elements of an array. */
  readArrayLength(): number {
    const head = this.#byte();
    if (head >> 4 === 0x9) return head & 0x0f;
    if (head === 0xdc) return this.#uint(2);
    if (head === 0xdd) return this.#uint(4);
    return this.fail();
  }

  readBoolean(): boolean {
    const head = this.#byte();
    if (head !== 0xc2 && head !== 0xc3) this.fail();
    return head === 0xc3;
  }

  /** An integer in 0 … max, in whatever form; `max` at most 2^53−1. */
  readUint(max: number): number {
    const head = this.#byte();
    if (head < 0x80) return head <= max ? head : this.fail();
    const value = this.#integer(head);
    return value >= 0 && value <= max ? value : this.fail();
  }

  /** An integer in −2^63 … 2^64−1; beyond ±2^53 the nearest number. */
  readInteger(): number {
    return this.#integer(this.#byte());
  }

  /** An integer in 0 … 2^64−1. */
  readUint64(): bigint {
    const head = this.peek();
    if (head !== 0xcf && head !== 0xd3) return uint64FromWords(0, this.readUint(0xffff_ffff));
    this.offset++;
    const high = this.#uint(4);
    const low = this.#uint(4);
    if (head === 0xd3 && high >= 2 ** 31) this.fail();
    return this.failed ? 0n : uint64FromWords(high, low);
  }

  /** Exactly 20 bytes of bin. */
  readInfoHash(): InfoHash {
    const { bytes, offset } = this;
    if (bytes[offset] !== 0xc4 || bytes[offset + 1] !== InfoHash.BYTES || offset + 2 + InfoHash.BYTES > this.end) {
      this.fail();
      return InfoHash.zero;
    }
    this.offset = offset + 2 + InfoHash.BYTES;
    return new InfoHash(
      readWord(bytes, offset + 2),
      readWord(bytes, offset + 6),
      readWord(bytes, offset + 10),
      readWord(bytes, offset + 14),
      readWord(bytes, offset + 18),
    );
  }

  /** Length of a bin, whose bytes start at `offset` and are all there; step over them with `advance`. */
  readBinLength(): number {
    return this.#available(this.#binLength(this.#byte()));
  }

  /** Length of a str or bin, whose bytes start at `offset` and are all there. */
  readTextLength(): number {
    const head = this.#byte();
    const length = this.#strLength(head);
    return this.#available(length >= 0 ? length : this.#binLength(head));
  }

  /** A copy of a bin, of a str's raw bytes, or of an array of integers 0 … 255 (the form of MessagePack's early days). */
  readBlob(): Uint8Array<ArrayBuffer> {
    if (this.isNextArray()) return this.#byteArray();
    const length = this.readTextLength();
    return this.copy(length);
  }

  /** Like `readBlob`, but not copied unless it has to be: good as long as the bytes that are read. */
  readBlobView(): Uint8Array {
    if (this.isNextArray()) return this.#byteArray();
    const length = this.readTextLength();
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  /** Text from str or bin. */
  readText(known?: KnownTexts): string {
    const length = this.readTextLength();
    const start = this.offset;
    this.offset += length;
    return known?.find(this.bytes, start, length) ?? decodeText(this.bytes, start, start + length);
  }

  /** Type number (0 … 255) and bytes of an extension, copied. */
  readExtension(): { readonly type: number; readonly data: Uint8Array<ArrayBuffer> } {
    const length = this.#extensionLength(this.#byte());
    const type = this.#byte();
    return { type, data: this.copy(length) };
  }

  /**
   * A map key as a number that `keyCode` gives for its name. Keys that aren't str, or of a name that no message has,
   * give UNKNOWN_KEY. A key that isn't even a scalar is stepped over as a whole.
   */
  readKey(): number {
    const head = this.peek();
    if (head >> 5 !== 0x5) {
      if (head !== 0xd9 && head !== 0xda && head !== 0xdb) return this.#skipKey();
      return this.#keyCode(this.readTextLength());
    }
    this.offset++;
    return this.#keyCode(this.#available(head & 0x1f));
  }

  /** The next `length` bytes, copied. */
  copy(length: number): Uint8Array<ArrayBuffer> {
    if (this.offset + length > this.end) {
      this.fail();
      return new Uint8Array(0);
    }
    const { bytes, offset } = this;
    this.offset = offset + length;
    const copy = new Uint8Array(length);
    if (length > SHORT_BYTES) copy.set(new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length));
    else for (let i = 0; i < length; i++) copy[i] = bytes[offset + i] ?? 0;
    return copy;
  }

  /** The bytes of one object of any kind, copied. */
  copyObject(): Uint8Array<ArrayBuffer> {
    const start = this.offset;
    this.skip();
    const end = this.offset;
    if (this.failed) return this.copy(0);
    this.offset = start;
    return this.copy(end - start);
  }

  /** Steps over `length` bytes that `readBinLength` or `readTextLength` promised. */
  advance(length: number): void {
    this.offset += length;
  }

  /** Steps over one object of any kind. Nesting costs nothing: it is counted, not followed. */
  skip(): void {
    for (let pending = 1; pending > 0 && !this.failed; pending--) pending += this.#skipHead();
  }

  /** Steps over an object's own bytes; the number of objects inside it. */
  #skipHead(): number {
    const head = this.#byte();
    if (head < 0x80 || head >= 0xe0) return 0;
    if (head < 0x90) return (head & 0x0f) * 2;
    if (head < 0xa0) return head & 0x0f;
    if (head < 0xc0) return this.#skipBytes(head & 0x1f);
    if (head === NEVER_USED) return this.fail();
    const countBytes = COUNT_BYTES[head] ?? 0;
    const count = countBytes === 0 ? 0 : this.#uint(countBytes);
    const objects = COUNTED_OBJECTS[head] ?? 0;
    return objects === 0 ? this.#skipBytes(count + (FIXED_BYTES[head] ?? 0)) : count * objects;
  }

  #skipBytes(length: number): 0 {
    if (this.offset + length > this.end) return this.fail();
    this.offset += length;
    return 0;
  }

  #skipKey(): number {
    this.skip();
    return UNKNOWN_KEY;
  }

  #keyCode(length: number): number {
    const { bytes, offset } = this;
    this.offset = offset + length;
    if (length > MAX_KEY_LENGTH) return UNKNOWN_KEY;
    let code = 0;
    for (let i = offset; i < offset + length; i++) {
      const digit = keyDigit(bytes[i] ?? 0);
      if (digit === 0) return UNKNOWN_KEY;
      code = code * 32 + digit;
    }
    return code;
  }

  #byteArray(): Uint8Array<ArrayBuffer> {
    const length = this.#available(this.readArrayLength());
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.readUint(0xff);
    return bytes;
  }

  /** A claimed length is believed as far as there are bytes for it. */
  #available(length: number): number {
    return length >= 0 && this.offset + length <= this.end ? length : this.fail();
  }

  #strLength(head: number): number {
    if (head >> 5 === 0x5) return head & 0x1f;
    if (head === 0xd9) return this.#uint(1);
    if (head === 0xda) return this.#uint(2);
    return head === 0xdb ? this.#uint(4) : -1;
  }

  #binLength(head: number): number {
    if (head === 0xc4) return this.#uint(1);
    if (head === 0xc5) return this.#uint(2);
    return head === 0xc6 ? this.#uint(4) : -1;
  }

  #extensionLength(head: number): number {
    if (head >= 0xd4 && head <= 0xd8) return 1 << (head - 0xd4);
    if (head === 0xc7) return this.#uint(1);
    if (head === 0xc8) return this.#uint(2);
    return head === 0xc9 ? this.#uint(4) : this.fail();
  }

  #integer(head: number): number {
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        return this.#uint(4) * 2 ** 32 + this.#uint(4);
      case 0xd0:
        return (this.#uint(1) << 24) >> 24;
      case 0xd1:
        return (this.#uint(2) << 16) >> 16;
      case 0xd2:
        return this.#uint(4) | 0;
      case 0xd3:
        return (this.#uint(4) | 0) * 2 ** 32 + this.#uint(4);
      default:
        return this.fail();
    }
  }

  #byte(): number {
    if (this.offset >= this.end) {
      this.fail();
      return NEVER_USED;
    }
    return this.bytes[this.offset++] ?? NEVER_USED;
  }

  /** 1, 2 or 4 big-endian bytes. */
  #uint(length: number): number {
    const { bytes, offset } = this;
    if (offset + length > this.end) return this.fail();
    this.offset = offset + length;
    if (length === 1) return bytes[offset] ?? 0;
    if (length === 2) return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
    return readWord(bytes, offset) >>> 0;
  }
}
