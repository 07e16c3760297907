// Source: RFC 5280 §4.1, SubjectPublicKeyInfo; X.690, definite lengths.
const SEQUENCE = 0x30;
const BIT_STRING = 0x03;

/** Whether bytes have the form of a public key: an algorithm and a bit string. Whether the key is any good is not asked. */
export function isPublicKeyDer(bytes: Uint8Array): boolean {
  const info = element(bytes, 0);
  if (info?.tag !== SEQUENCE || info.end !== bytes.length) return false;
  const algorithm = element(bytes, info.start);
  if (algorithm?.tag !== SEQUENCE) return false;
  const key = element(bytes, algorithm.end);
  return key?.tag === BIT_STRING && key.end === bytes.length;
}

interface Element {
  readonly tag: number | undefined;
  /** Where the content begins, and where it ends. */
  readonly start: number;
  readonly end: number;
}

function element(bytes: Uint8Array, at: number): Element | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const start = at + 2 + lengthBytes;
  return start + length <= bytes.length ? { tag: bytes[at], start, end: start + length } : undefined;
}
