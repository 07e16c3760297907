import { type RandomSource, randomBelow } from "../../src/random/index.ts";

/** Bytes that mean something to a MessagePack decoder: heads of every kind, the ends of ranges, letters of known keys. */
const TELLING_BYTES = Uint8Array.of(
  ...[0x00, 0x01, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6],
  ...[
    0xc7, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd3, 0xd4, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0,
    0xff,
  ],
  ...new TextEncoder().encode("aerupqtyvnshwcid"),
);

const MAX_CHANGES = 6;
const MAX_RANGE_BYTES = 24;
const MAX_RANDOM_BYTES = 200;

/**
 * Spoils datagrams, always the same way for the same source of chance: single bits and bytes, heads that claim something
 * else, ranges taken out, doubled, or put in from another sample, and ends cut off.
 */
export class Mutator {
  readonly #samples: readonly Uint8Array[];
  readonly #random: RandomSource;

  constructor(samples: readonly Uint8Array[], random: RandomSource) {
    this.#samples = samples;
    this.#random = random;
  }

  /** A spoilt sample; now and then bytes that never were one. */
  next(): Uint8Array {
    if (this.#below(16) === 0) return this.#random.fill(new Uint8Array(this.#below(MAX_RANDOM_BYTES)));
    return this.spoil(this.#sample());
  }

  /** A copy, changed in one to six places. */
  spoil(datagram: Uint8Array): Uint8Array {
    let bytes = Uint8Array.from(datagram);
    for (let changes = 1 + this.#below(MAX_CHANGES); changes > 0; changes--) bytes = this.#change(bytes);
    return bytes;
  }

  #change(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const offset = this.#below(bytes.length + 1);
    const end = Math.min(bytes.length, offset + this.#below(MAX_RANGE_BYTES));
    switch (this.#below(8)) {
      case 0:
        return withByte(bytes, offset, (bytes[offset] ?? 0) ^ (1 << this.#below(8)));
      case 1:
        return withByte(bytes, offset, this.#below(256));
      case 2:
      case 3:
        return withByte(bytes, offset, TELLING_BYTES[this.#below(TELLING_BYTES.length)] ?? 0);
      case 4:
        return joined(bytes.subarray(0, offset), bytes.subarray(end));
      case 5:
        return joined(bytes.subarray(0, end), bytes.subarray(offset));
      case 6: {
        const other = this.#sample();
        const start = this.#below(other.length);
        return joined(
          bytes.subarray(0, offset),
          other.subarray(start, start + MAX_RANGE_BYTES),
          bytes.subarray(offset),
        );
      }
      default:
        return this.#below(4) === 0 ? bytes.slice(0, offset) : withByte(bytes, offset, 0xff);
    }
  }

  #sample(): Uint8Array {
    return this.#samples[this.#below(this.#samples.length)] ?? new Uint8Array(0);
  }

  #below(bound: number): number {
    return randomBelow(this.#random, bound);
  }
}

function withByte(bytes: Uint8Array<ArrayBuffer>, offset: number, byte: number): Uint8Array<ArrayBuffer> {
  bytes[Math.min(offset, bytes.length - 1)] = byte;
  return bytes;
}

function joined(...ranges: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ranges.reduce((length, range) => length + range.length, 0));
  let offset = 0;
  for (const range of ranges) {
    bytes.set(range, offset);
    offset += range.length;
  }
  return bytes;
}
