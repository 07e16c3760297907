/**
 * What InfoHash and PkId have in common: a fixed number of bytes, the XOR metric and the text form.
 *
 * The bytes are kept as signed 32-bit words (big-endian), because comparing and XOR-ing words is what a node does all
 * day; `bytes` and `toString()` are made on demand. Bit 0 is the most significant bit of the first byte.
 */
export abstract class Hash {
  /** Number of 32-bit words: 5 for InfoHash, 8 for PkId. */
  abstract readonly wordCount: number;

  /** Word `index` as a signed 32-bit integer, most significant word first. */
  abstract word(index: number): number;

  /** Big-endian bytes, a fresh copy. */
  get bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.wordCount * 4);
    for (let i = 0; i < this.wordCount; i++) writeWord(bytes, i * 4, this.word(i));
    return bytes;
  }

  /** Lower-case hexadecimal, without prefix. */
  toString(): string {
    let text = "";
    for (let i = 0; i < this.wordCount; i++) text += (this.word(i) >>> 0).toString(16).padStart(8, "0");
    return text;
  }

  toJSON(): string {
    return this.toString();
  }

  /** What `console.log` of Node.js shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** The all-zero hash stands for "none": never a legal node id nor a legal key. */
  isZero(): boolean {
    for (let i = 0; i < this.wordCount; i++) if (this.word(i) !== 0) return false;
    return true;
  }

  equals(other: Hash): boolean {
    return this.compare(other) === 0;
  }

  /** Byte-wise lexicographic order; a shorter hash that is a prefix comes first. */
  compare(other: Hash): -1 | 0 | 1 {
    const shared = Math.min(this.wordCount, other.wordCount);
    for (let i = 0; i < shared; i++) {
      const mine = this.word(i);
      const theirs = other.word(i);
      if (mine !== theirs) return mine >>> 0 < theirs >>> 0 ? -1 : 1;
    }
    return this.wordCount === other.wordCount ? 0 : this.wordCount < other.wordCount ? -1 : 1;
  }

  /** −1 if `a` is closer to this hash than `b`, 1 if `b` is, 0 if they are equal (XOR metric, Kademlia paper §2.1). */
  xorCmp(a: Hash, b: Hash): -1 | 0 | 1 {
    for (let i = 0; i < this.wordCount; i++) {
      const wordA = a.word(i);
      const wordB = b.word(i);
      if (wordA !== wordB) {
        const mine = this.word(i);
        return (wordA ^ mine) >>> 0 < (wordB ^ mine) >>> 0 ? -1 : 1;
      }
    }
    return 0;
  }

  getBit(index: number): boolean {
    return ((this.word(index >>> 5) >>> (31 - (index & 31))) & 1) === 1;
  }

  /** Index of the last set bit, −1 for the zero hash. */
  lowbit(): number {
    for (let i = this.wordCount - 1; i >= 0; i--) {
      const word = this.word(i);
      if (word !== 0) return i * 32 + 31 - trailingZeros(word);
    }
    return -1;
  }

  /** The first seven bytes as a fraction in [0, 1): the place on a ring. */
  toFloat(): number {
    const high = this.word(0) >>> 0;
    const low = this.word(1) >>> 8;
    return high / 2 ** 32 + low / 2 ** 56;
  }

  /** Number of equal leading bits; the whole length if equal. */
  static commonBits(a: Hash, b: Hash): number {
    const words = Math.min(a.wordCount, b.wordCount);
    for (let i = 0; i < words; i++) {
      const difference = a.word(i) ^ b.word(i);
      if (difference !== 0) return i * 32 + Math.clz32(difference);
    }
    return words * 32;
  }
}

const HEX = /^[0-9a-fA-F]*$/;

/** The words of a hash written as text, or undefined where the text is too short or not hexadecimal. Excess is ignored. */
export function wordsFromHex(text: string, wordCount: number): Int32Array | undefined {
  const digits = text.slice(0, wordCount * 8);
  if (digits.length < wordCount * 8 || !HEX.test(digits)) return undefined;
  const words = new Int32Array(wordCount);
  for (let i = 0; i < wordCount; i++) words[i] = Number.parseInt(digits.slice(i * 8, i * 8 + 8), 16);
  return words;
}

/** Four big-endian bytes as a signed 32-bit integer; bytes past the end count as zero. */
export function readWord(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] ?? 0) << 24) |
    ((bytes[offset + 1] ?? 0) << 16) |
    ((bytes[offset + 2] ?? 0) << 8) |
    (bytes[offset + 3] ?? 0)
  );
}

export function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  bytes[offset] = word >>> 24;
  bytes[offset + 1] = word >>> 16;
  bytes[offset + 2] = word >>> 8;
  bytes[offset + 3] = word;
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
