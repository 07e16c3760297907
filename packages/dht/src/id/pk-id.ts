import { sha256 } from "@noble/hashes/sha2.js";
import type { RandomSource } from "../random/random-source.ts";
import { systemRandom } from "../random/system-random.ts";
import { Hash, readWord, wordsFromHex } from "./hash.ts";

const WORDS = 8;

/** A 256-bit identifier: the long id of a public key (SHA-256 of its DER SubjectPublicKeyInfo). Immutable. */
export class PkId extends Hash {
  static readonly BYTES = 32;
  static readonly BITS = 256;
  static readonly zero = new PkId(new Int32Array(WORDS));

  readonly #words: Int32Array;

  private constructor(words: Int32Array) {
    super();
    this.#words = words;
  }

  /** SHA-256 of the bytes, of the UTF-8 text, or of another hash's raw bytes. */
  static get(data: string | Uint8Array | Hash): PkId {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data instanceof Hash ? data.bytes : data;
    return PkId.fromBytes(sha256(bytes));
  }

  /** The first 32 bytes. Fewer give the zero id, as in OpenDHT. */
  static fromBytes(bytes: Uint8Array): PkId {
    if (bytes.length < PkId.BYTES) return PkId.zero;
    const words = new Int32Array(WORDS);
    for (let i = 0; i < WORDS; i++) words[i] = readWord(bytes, i * 4);
    return new PkId(words);
  }

  /** @throws TypeError unless the text is exactly 64 hexadecimal digits. */
  static fromHex(text: string): PkId {
    const words = text.length === PkId.BYTES * 2 ? wordsFromHex(text, WORDS) : undefined;
    if (!words) throw new TypeError(`"${text}" is not a PkId: 64 hexadecimal digits are needed`);
    return new PkId(words);
  }

  /** Like OpenDHT: the first 64 characters count; too short or not hexadecimal gives the zero id. */
  static tryFromHex(text: string): PkId {
    const words = wordsFromHex(text, WORDS);
    return words ? new PkId(words) : PkId.zero;
  }

  /** @param random default: the system's cryptographic source */
  static random(random: RandomSource = systemRandom): PkId {
    return new PkId(Int32Array.from({ length: WORDS }, () => random.uint32()));
  }

  get wordCount(): number {
    return WORDS;
  }

  word(index: number): number {
    return this.#words[index] ?? 0;
  }

  xor(other: PkId): PkId {
    return new PkId(this.#words.map((word, index) => word ^ other.word(index)));
  }

  withBit(index: number, value: boolean): PkId {
    const words = Int32Array.from(this.#words);
    const mask = 1 << (31 - (index & 31));
    const word = words[index >>> 5] ?? 0;
    words[index >>> 5] = value ? word | mask : word & ~mask;
    return new PkId(words);
  }
}
