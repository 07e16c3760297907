// Source: OpenDHT crypto layer §11.3, prefixes.
import { InfoHash } from "../id/index.ts";

/** The first bits of a linearized key: a node of the tree. Bit 0 is the most significant one of the first byte. */
export class Prefix {
  /** Bits beyond the size are what they were in the key that this was made of. */
  readonly content: Uint8Array;
  /** Number of bits. */
  readonly size: number;

  constructor(content: Uint8Array, size: number) {
    this.content = content;
    this.size = size;
  }

  get isRoot(): boolean {
    return this.size === 0;
  }

  /** Where the values of this node of the tree are in the DHT. */
  get key(): InfoHash {
    return InfoHash.get(Uint8Array.of(...this.content, this.size & 0xff));
  }

  /**
   * The first bits; those of the padding behind the last bit of the key may be among them.
   * @throws RangeError when there aren't so many
   */
  first(bits: number): Prefix {
    if (bits < 0 || bits > this.content.length * 8) throw new RangeError(`a prefix has no ${bits} bits here`);
    const content = this.content.slice(0, Math.ceil(bits / 8));
    const last = content.length - 1;
    if (bits % 8 !== 0) content[last] = (content[last] ?? 0) & (0xff00 >> (bits % 8));
    return new Prefix(content, bits);
  }

  /** @throws RangeError for the root */
  get parent(): Prefix {
    return this.first(this.size - 1);
  }

  /** What OpenDHT takes for the sibling: not the last bit is another, but one near it; at a byte's first bit, its last. */
  get sibling(): Prefix {
    if (this.isRoot) return this;
    const content = this.content.slice();
    const last = this.size - 1;
    const place = last >> 3;
    content[place] = (content[place] ?? 0) ^ (1 << ((8 - (last % 8)) % 8));
    return new Prefix(content, this.size);
  }

  hasContent(content: Uint8Array): boolean {
    return this.content.length === content.length && commonBits(this.content, content) === content.length * 8;
  }
}

/** How many leading bits are equal; at most as many as the shorter one has. */
export function commonBits(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) ^ (b[i] ?? 0);
    if (difference !== 0) return i * 8 + Math.clz32(difference) - 24;
  }
  return length * 8;
}
