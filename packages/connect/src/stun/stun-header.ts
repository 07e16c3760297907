/** RFC 8489 §5 */
export const STUN_HEADER_BYTES = 20;
export const STUN_MAGIC_COOKIE = 0x2112a442;

/** Longest message that is taken for STUN: the longest that peers and TURN servers send has a few hundred bytes. */
export const MAX_STUN_MESSAGE_BYTES = 2048;

/** Methods of STUN, TURN and TURN over TCP. */
export const StunMethod = {
  BINDING: 0x001,
  ALLOCATE: 0x003,
  REFRESH: 0x004,
  CREATE_PERMISSION: 0x008,
  CONNECT: 0x00a,
  CONNECTION_BIND: 0x00b,
  CONNECTION_ATTEMPT: 0x00c,
} as const;

/** In the order of their two bits on the wire. */
const CLASSES = ["request", "indication", "success", "error"] as const;
export type StunClass = (typeof CLASSES)[number];

/** The bits of class and method are interleaved (RFC 8489 §5, figure 3). */
export function packMessageType(messageClass: StunClass, method: number): number {
  const bits = CLASSES.indexOf(messageClass);
  const classBits = ((bits & 2) << 7) | ((bits & 1) << 4);
  return classBits | (method & 0x000f) | ((method & 0x0070) << 1) | ((method & 0x0f80) << 2);
}

export function unpackMessageType(type: number): { readonly class: StunClass; readonly method: number } {
  return {
    class: CLASSES[((type >>> 7) & 2) | ((type >>> 4) & 1)] ?? "request",
    method: (type & 0x000f) | ((type & 0x00e0) >>> 1) | ((type & 0x3e00) >>> 2),
  };
}

/**
 * Whether a frame or datagram is a STUN message rather than data of the application. `head` has its first
 * {@link STUN_HEADER_BYTES} or more, `length` is that of the whole.
 */
export function isStunMessage(head: Uint8Array, length = head.length): boolean {
  if (head.length < STUN_HEADER_BYTES || length > MAX_STUN_MESSAGE_BYTES) return false;
  const bodyLength = readUint16(head, 2);
  return (
    (head[0] ?? 0) < 0x40 &&
    bodyLength % 4 === 0 &&
    bodyLength + STUN_HEADER_BYTES === length &&
    readUint16(head, 4) === STUN_MAGIC_COOKIE >>> 16 &&
    readUint16(head, 6) === (STUN_MAGIC_COOKIE & 0xffff)
  );
}

/** 0 in place of bytes that are not there. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}
