/**
 * 160-bit identifiers and the XOR metric (Kademlia paper §2.1). Nodes and keys live in the same space.
 */

import { InvalidArgumentError } from "../errors/index.ts";
import { type RandomSource, randomBytes } from "../random/index.ts";

export const ID_BYTES = 20;
export const ID_BITS = ID_BYTES * 8;

/** A node's id or a key's digest: 20 bytes, big-endian, immutable. */
export class NodeId {
  /** Not to be written to. */
  readonly bytes: Uint8Array;
  #hex: string | undefined;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Copies the bytes. @throws InvalidArgumentError unless there are exactly 20 */
  static from(bytes: Uint8Array): NodeId {
    if (bytes.length !== ID_BYTES) {
      throw new InvalidArgumentError(`an id has ${ID_BYTES} bytes, not ${bytes.length}`);
    }
    return new NodeId(new Uint8Array(bytes));
  }

  /** @throws InvalidArgumentError unless the text is 40 hexadecimal digits */
  static fromHex(hex: string): NodeId {
    if (!/^[0-9a-f]{40}$/i.test(hex)) throw new InvalidArgumentError(`an id is 40 hexadecimal digits, not "${hex}"`);
    const bytes = new Uint8Array(ID_BYTES);
    for (let i = 0; i < ID_BYTES; i++) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
    return new NodeId(bytes);
  }

  static random(source: RandomSource): NodeId {
    return new NodeId(randomBytes(source, ID_BYTES));
  }

  /** A random id that agrees with this one in its first `bits` bits. */
  randomWithSamePrefix(bits: number, source: RandomSource): NodeId {
    const bytes = randomBytes(source, ID_BYTES);
    const whole = bits >> 3;
    bytes.set(this.bytes.subarray(0, whole));
    if (whole < ID_BYTES) {
      const mask = 0xff >> (bits & 7);
      bytes[whole] = (byteOf(this, whole) & ~mask) | ((bytes[whole] ?? 0) & mask);
    }
    return new NodeId(bytes);
  }

  /** This id with the bit at `index` (0 = most significant) inverted. */
  withBitFlipped(index: number): NodeId {
    const bytes = this.bytes.slice();
    bytes[index >> 3] = byteOf(this, index >> 3) ^ (0x80 >> (index & 7));
    return new NodeId(bytes);
  }

  get hex(): string {
    this.#hex ??= hexOf(this.bytes);
    return this.#hex;
  }

  /** Bit 0 is the most significant one. */
  bit(index: number): 0 | 1 {
    return (byteOf(this, index >> 3) & (0x80 >> (index & 7))) === 0 ? 0 : 1;
  }

  equals(other: NodeId): boolean {
    return equalsBytes(this, other.bytes, 0);
  }

  /** Number of equal leading bits; 160 if equal. */
  commonBits(other: NodeId): number {
    for (let i = 0; i < ID_BYTES; i++) {
      const difference = byteOf(this, i) ^ byteOf(other, i);
      if (difference !== 0) return i * 8 + Math.clz32(difference) - 24;
    }
    return ID_BITS;
  }

  /** Negative if `a` is nearer to this id than `b`, positive if `b` is, 0 if they are the same id. */
  compareDistance(a: NodeId, b: NodeId): number {
    for (let i = 0; i < ID_BYTES; i++) {
      const byteA = byteOf(a, i);
      const byteB = byteOf(b, i);
      if (byteA !== byteB) {
        const own = byteOf(this, i);
        return (byteA ^ own) - (byteB ^ own);
      }
    }
    return 0;
  }

  /** The XOR distance as a number. For people; the engine compares instead. */
  distanceTo(other: NodeId): bigint {
    return this.toBigInt() ^ other.toBigInt();
  }

  toBigInt(): bigint {
    return BigInt(`0x${this.hex}`);
  }

  toString(): string {
    return this.hex;
  }

  toJSON(): string {
    return this.hex;
  }
}

/** Whether the 20 bytes at `offset` are this id. */
function equalsBytes(id: NodeId, bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < ID_BYTES; i++) if (id.bytes[i] !== bytes[offset + i]) return false;
  return true;
}

function byteOf(id: NodeId, index: number): number {
  return id.bytes[index] ?? 0;
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += HEX_OF_BYTE[byte];
  return hex;
}
