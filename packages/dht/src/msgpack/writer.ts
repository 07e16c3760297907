import { writeWord } from "../id/hash.ts";
import type { InfoHash } from "../id/index.ts";
import { encodeText } from "./text.ts";
import { highWord, lowWord, splitUint64 } from "./uint64.ts";

/** How much is allocated at a time: some hundred messages. */
const SLAB_BYTES = 65_536;

/** Up to this, a loop copies faster than the platform. */
const SHORT_BYTES = 16;

/**
 * Appends MessagePack in the shortest forms, as OpenDHT emits it.
 *
 * Messages are written one behind the other into a slab, and each is handed out as a view on it. What was handed out is
 * never written again: when the slab is full, the message that no longer fits moves to a new one.
 */
export class Writer {
  readonly #slabBytes: number;
  #slab: Uint8Array<ArrayBuffer>;
  #start = 0;
  #offset = 0;

  /** @param slabBytes about as much as will be written, where that is known and what is written lives on */
  constructor(slabBytes = SLAB_BYTES) {
    this.#slabBytes = slabBytes;
    this.#slab = new Uint8Array(slabBytes);
  }

  /** Forgets what was written since the last `finish`. */
  begin(): void {
    this.#offset = this.#start;
  }

  /** All that was written since the last `finish`. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.view();
    this.#start = this.#offset;
    return bytes;
  }

  /** The same, to be looked at before anything else is written: it isn't finished, and `begin` gives its place away. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#slab.subarray(this.#start, this.#offset);
  }

  /** Bytes as they are: literals, packed objects. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    const offset = this.#reserve(length);
    const slab = this.#slab;
    if (length > SHORT_BYTES) slab.set(bytes, offset);
    else for (let i = 0; i < length; i++) slab[offset + i] = bytes[i] ?? 0;
  }

  byte(byte: number): void {
    const offset = this.#reserve(1);
    this.#slab[offset] = byte;
  }

  boolean(value: boolean): void {
    this.byte(value ? 0xc3 : 0xc2);
  }

  mapHeader(entries: number): void {
    if (entries <= 15) this.byte(0x80 | entries);
    else this.#header(entries, 0, 0xde, 0xdf);
  }

  arrayHeader(elements: number): void {
    if (elements <= 15) this.byte(0x90 | elements);
    else this.#header(elements, 0, 0xdc, 0xdd);
  }

  /** An integer in 0 … 2^53−1. */
  uint(value: number): void {
    if (value < 0x80) this.byte(value);
    else if (value <= 0xffff_ffff) this.#header(value, 0xcc, 0xcd, 0xce);
    else this.#uint64(Math.floor(value / 2 ** 32), value >>> 0);
  }

  /** An integer in 0 … 2^64−1. */
  uint64(value: bigint): void {
    splitUint64(value);
    const high = highWord();
    const low = lowWord();
    if (high === 0) this.uint(low);
    else this.#uint64(high, low);
  }

  bin(bytes: Uint8Array): void {
    this.binHeader(bytes.length);
    this.raw(bytes);
  }

  /** The head of a bin whose bytes the caller writes next. */
  binHeader(length: number): void {
    this.#header(length, 0xc4, 0xc5, 0xc6);
  }

  text(text: string): void {
    const length = asciiLength(text);
    if (length < 0) {
      const bytes = encodeText(text);
      this.#textHeader(bytes.length);
      this.raw(bytes);
      return;
    }
    this.#textHeader(length);
    const offset = this.#reserve(length);
    for (let i = 0; i < length; i++) this.#slab[offset + i] = text.charCodeAt(i);
  }

  /** An id as bin of 20 bytes. */
  infoHash(hash: InfoHash): void {
    const offset = this.#reserve(2);
    this.#slab[offset] = 0xc4;
    this.#slab[offset + 1] = 20;
    this.hashBytes(hash);
  }

  /** The 20 bytes of an id. */
  hashBytes(hash: InfoHash): void {
    const offset = this.#reserve(20);
    const slab = this.#slab;
    writeWord(slab, offset, hash.a);
    writeWord(slab, offset + 4, hash.b);
    writeWord(slab, offset + 8, hash.c);
    writeWord(slab, offset + 12, hash.d);
    writeWord(slab, offset + 16, hash.e);
  }

  /** Four bytes, big-endian. */
  word(value: number): void {
    const offset = this.#reserve(4);
    writeWord(this.#slab, offset, value);
  }

  /** Two bytes, big-endian. */
  uint16(value: number): void {
    const offset = this.#reserve(2);
    this.#slab[offset] = value >>> 8;
    this.#slab[offset + 1] = value;
  }

  #textHeader(length: number): void {
    if (length <= 31) this.byte(0xa0 | length);
    else this.#header(length, 0xd9, 0xda, 0xdb);
  }

  #uint64(high: number, low: number): void {
    this.byte(0xcf);
    this.word(high);
    this.word(low);
  }

  /** A number behind the head byte for its size; head 0: there is no form of one byte. */
  #header(value: number, head8: number, head16: number, head32: number): void {
    if (value <= 0xff && head8 !== 0) {
      const offset = this.#reserve(2);
      this.#slab[offset] = head8;
      this.#slab[offset + 1] = value;
    } else if (value <= 0xffff) {
      this.byte(head16);
      this.uint16(value);
    } else {
      this.byte(head32);
      this.word(value);
    }
  }

  /** Room for `length` bytes; where they go. The slab may be another one afterwards. */
  #reserve(length: number): number {
    const offset = this.#offset;
    if (offset + length <= this.#slab.length) {
      this.#offset = offset + length;
      return offset;
    }
    const written = offset - this.#start;
    const slab = new Uint8Array(Math.max(this.#slabBytes, (written + length) * 2));
    slab.set(this.#slab.subarray(this.#start, offset));
    this.#slab = slab;
    this.#start = 0;
    this.#offset = written + length;
    return written;
  }
}

/** Length of a text of plain ASCII; −1 when it is more than that. */
function asciiLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return -1;
  return text.length;
}
