// Source: the MessagePack specification, formats.

/** What a token announces: how many bytes, elements or entries follow it. */
interface TokenContents {
  /** `blob` is str or bin, `other` everything that holds no objects and is neither. */
  readonly kind: "blob" | "array" | "map" | "other";
  readonly count: number;
}

/** Bytes of the count after a head byte of 0xc4 … 0xdf, or of the scalar itself, which is then part of the token. */
const TAIL_BYTES: readonly number[] = [
  ...[1, 2, 4], // bin
  ...[2, 3, 5], // ext, with its type
  ...[4, 8], // float
  ...[1, 2, 4, 8, 1, 2, 4, 8], // uint, int
  ...[1, 1, 1, 1, 1], // fixext, the type
  ...[1, 2, 4], // str
  ...[2, 4, 2, 4], // array, map
];

/** Bytes of a token that begins with `head`: all of it but the bytes or objects that it announces. */
export function tokenBytes(head: number): number {
  return head < 0xc4 || head > 0xdf ? 1 : 1 + (TAIL_BYTES[head - 0xc4] ?? 0);
}

/** The one byte that MessagePack has no meaning for. */
export function isNeverUsed(head: number): boolean {
  return head === 0xc1;
}

export function tokenContents(head: number, bytes: Buffer, offset: number): TokenContents {
  if (head < 0x80 || head >= 0xe0) return { kind: "other", count: 0 };
  if (head < 0x90) return { kind: "map", count: head & 0x0f };
  if (head < 0xa0) return { kind: "array", count: head & 0x0f };
  if (head < 0xc0) return { kind: "blob", count: head & 0x1f };
  switch (head) {
    case 0xc4:
    case 0xd9:
      return { kind: "blob", count: bytes.readUInt8(offset + 1) };
    case 0xc5:
    case 0xda:
      return { kind: "blob", count: bytes.readUInt16BE(offset + 1) };
    case 0xc6:
    case 0xdb:
      return { kind: "blob", count: bytes.readUInt32BE(offset + 1) };
    case 0xc7:
      return { kind: "other", count: bytes.readUInt8(offset + 1) };
    case 0xc8:
      return { kind: "other", count: bytes.readUInt16BE(offset + 1) };
    case 0xc9:
      return { kind: "other", count: bytes.readUInt32BE(offset + 1) };
    case 0xdc:
      return { kind: "array", count: bytes.readUInt16BE(offset + 1) };
    case 0xdd:
      return { kind: "array", count: bytes.readUInt32BE(offset + 1) };
    case 0xde:
      return { kind: "map", count: bytes.readUInt16BE(offset + 1) };
    case 0xdf:
      return { kind: "map", count: bytes.readUInt32BE(offset + 1) };
    default:
      return { kind: "other", count: head >= 0xd4 && head <= 0xd8 ? 2 ** (head - 0xd4) : 0 };
  }
}

/** The value of an integer that isn't negative; −1 for anything else. Beyond 2^53 the nearest number. */
export function unsignedInteger(head: number, bytes: Buffer, offset: number): number {
  if (head < 0x80) return head;
  switch (head) {
    case 0xcc:
      return bytes.readUInt8(offset + 1);
    case 0xcd:
      return bytes.readUInt16BE(offset + 1);
    case 0xce:
      return bytes.readUInt32BE(offset + 1);
    case 0xcf:
      return Number(bytes.readBigUInt64BE(offset + 1));
    case 0xd0:
      return bytes.readInt8(offset + 1);
    case 0xd1:
      return bytes.readInt16BE(offset + 1);
    case 0xd2:
      return bytes.readInt32BE(offset + 1);
    case 0xd3:
      return Number(bytes.readBigInt64BE(offset + 1));
    default:
      return -1;
  }
}
