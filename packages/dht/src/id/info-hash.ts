import { sha1 } from "@noble/hashes/legacy.js";
import type { RandomSource } from "../random/random-source.ts";
import { systemRandom } from "../random/system-random.ts";
import { Hash, readWord, wordsFromHex } from "./hash.ts";

/**
 * A 160-bit identifier: node ids, keys, and the short ids of public keys (SHA-1 of what they name).
 *
 * Immutable. The five words are plain fields, so that an id costs one small object and is compared without a loop.
 */
export class InfoHash extends Hash {
  static readonly BYTES = 20;
  static readonly BITS = 160;
  static readonly zero = new InfoHash(0, 0, 0, 0, 0);

  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;

  /** Five signed 32-bit words, most significant first. */
  constructor(a: number, b: number, c: number, d: number, e: number) {
    super();
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    this.d = d | 0;
    this.e = e | 0;
  }

  /** SHA-1 of the bytes, of the UTF-8 text, or of another hash's raw bytes. */
  static get(data: string | Uint8Array | Hash): InfoHash {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data instanceof Hash ? data.bytes : data;
    return InfoHash.fromBytes(sha1(bytes));
  }

  /** 20 bytes from `offset` on. Fewer available bytes give the zero hash, as in OpenDHT. */
  static fromBytes(bytes: Uint8Array, offset = 0): InfoHash {
    if (bytes.length - offset < InfoHash.BYTES) return InfoHash.zero;
    return new InfoHash(
      readWord(bytes, offset),
      readWord(bytes, offset + 4),
      readWord(bytes, offset + 8),
      readWord(bytes, offset + 12),
      readWord(bytes, offset + 16),
    );
  }

  /** @throws TypeError unless the text is exactly 40 hexadecimal digits. */
  static fromHex(text: string): InfoHash {
    const words = text.length === InfoHash.BYTES * 2 ? wordsFromHex(text, 5) : undefined;
    if (!words) throw new TypeError(`"${text}" is not an InfoHash: 40 hexadecimal digits are needed`);
    return fromWords(words);
  }

  /** Like OpenDHT: the first 40 characters count; too short or not hexadecimal gives the zero hash. */
  static tryFromHex(text: string): InfoHash {
    const words = wordsFromHex(text, 5);
    return words ? fromWords(words) : InfoHash.zero;
  }

  /** @param random default: the system's cryptographic source */
  static random(random: RandomSource = systemRandom): InfoHash {
    return new InfoHash(random.uint32(), random.uint32(), random.uint32(), random.uint32(), random.uint32());
  }

  get wordCount(): 5 {
    return 5;
  }

  word(index: number): number {
    switch (index) {
      case 0:
        return this.a;
      case 1:
        return this.b;
      case 2:
        return this.c;
      case 3:
        return this.d;
      case 4:
        return this.e;
      default:
        return 0;
    }
  }

  override isZero(): boolean {
    return (this.a | this.b | this.c | this.d | this.e) === 0;
  }

  override equals(other: Hash): boolean {
    return (
      other instanceof InfoHash &&
      this.a === other.a &&
      this.b === other.b &&
      this.c === other.c &&
      this.d === other.d &&
      this.e === other.e
    );
  }

  xor(other: InfoHash): InfoHash {
    return new InfoHash(this.a ^ other.a, this.b ^ other.b, this.c ^ other.c, this.d ^ other.d, this.e ^ other.e);
  }

  withBit(index: number, value: boolean): InfoHash {
    const words = Int32Array.of(this.a, this.b, this.c, this.d, this.e);
    const mask = 1 << (31 - (index & 31));
    const word = words[index >>> 5] ?? 0;
    words[index >>> 5] = value ? word | mask : word & ~mask;
    return fromWords(words);
  }
}

function fromWords(words: Int32Array): InfoHash {
  return new InfoHash(words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0, words[4] ?? 0);
}
