/**
 * Writes MessagePack in the form that the network's nodes emit: always the shortest encoding, non-negative integers as
 * unsigned, floats with 64 bits.
 */

const INITIAL_BYTES = 1024;

const utf8 = new TextEncoder();

/** A growing buffer. One writer serves many messages: `begin`, write, `finish`. */
export class Writer {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  begin(): this {
    this.#length = 0;
    return this;
  }

  /** A copy of what was written since `begin`. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  nil(): this {
    return this.byte(0xc0);
  }

  boolean(value: boolean): this {
    return this.byte(value ? 0xc3 : 0xc2);
  }

  /** An integer within −2^63 … 2^64−1. */
  integer(value: number | bigint): this {
    if (value >= 0) {
      if (value < 0x80) return this.byte(Number(value));
      if (value <= 0xff) return this.byte(0xcc).byte(Number(value));
      if (value <= 0xffff) return this.byte(0xcd).#uint16(Number(value));
      if (value <= 0xffff_ffff) return this.byte(0xce).#uint32(Number(value));
      return this.byte(0xcf).#uint64(BigInt(value));
    }
    if (value >= -0x20) return this.byte(Number(value) & 0xff);
    if (value >= -0x80) return this.byte(0xd0).byte(Number(value) & 0xff);
    if (value >= -0x8000) return this.byte(0xd1).#uint16(Number(value) & 0xffff);
    if (value >= -0x8000_0000) return this.byte(0xd2).#uint32(Number(value));
    return this.byte(0xd3).#uint64(BigInt.asUintN(64, BigInt(value)));
  }

  float(value: number): this {
    this.byte(0xcb);
    const start = this.#reserve(8);
    this.#view.setFloat64(start, value);
    return this;
  }

  text(value: string): this {
    if (value.length < 0x20 && this.#shortAscii(value)) return this;
    const bytes = utf8.encode(value);
    const { length } = bytes;
    if (length < 0x20) this.byte(0xa0 | length);
    else if (length <= 0xff) this.byte(0xd9).byte(length);
    else if (length <= 0xffff) this.byte(0xda).#uint16(length);
    else this.byte(0xdb).#uint32(length);
    return this.raw(bytes);
  }

  /** The usual text, a method's name or an address, without a detour through the encoder. False if it is not ASCII. */
  #shortAscii(value: string): boolean {
    const start = this.#reserve(1 + value.length);
    this.#bytes[start] = 0xa0 | value.length;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) {
        this.#length = start;
        return false;
      }
      this.#bytes[start + 1 + i] = code;
    }
    return true;
  }

  bytes(value: Uint8Array): this {
    const { length } = value;
    if (length <= 0xff) this.byte(0xc4).byte(length);
    else if (length <= 0xffff) this.byte(0xc5).#uint16(length);
    else this.byte(0xc6).#uint32(length);
    return this.raw(value);
  }

  arrayHeader(length: number): this {
    if (length < 0x10) return this.byte(0x90 | length);
    if (length <= 0xffff) return this.byte(0xdc).#uint16(length);
    return this.byte(0xdd).#uint32(length);
  }

  /** For maps of less than 16 entries, the only ones on this wire. */
  mapHeader(length: number): this {
    return this.byte(0x80 | length);
  }

  byte(value: number): this {
    this.#bytes[this.#reserve(1)] = value;
    return this;
  }

  /** Bytes that are MessagePack already, or come before it. */
  raw(bytes: Uint8Array): this {
    const start = this.#reserve(bytes.length);
    this.#bytes.set(bytes, start);
    return this;
  }

  #uint16(value: number): this {
    const start = this.#reserve(2);
    this.#view.setUint16(start, value);
    return this;
  }

  #uint32(value: number): this {
    const start = this.#reserve(4);
    this.#view.setUint32(start, value);
    return this;
  }

  #uint64(value: bigint): this {
    const start = this.#reserve(8);
    this.#view.setBigUint64(start, value);
    return this;
  }

  #reserve(count: number): number {
    const start = this.#length;
    const end = start + count;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = end;
    return start;
  }
}
