import { SockAddr } from "../address/index.ts";

/**
 * Addresses as C's `sockaddr_in` and `sockaddr_in6` lie in memory on little-endian Linux, which is how OpenDHT writes
 * them into values and exports (OpenDHT wire format, sockaddr blobs).
 */
const FAMILY_IPV4 = 2;
const FAMILY_IPV6 = 10;
const IPV4_BYTES = 16;
const IPV6_BYTES = 28;
const MAX_BYTES = 128;

export function sockAddrBlob(address: SockAddr): Uint8Array<ArrayBuffer> {
  const isIpv4 = address.family === 4;
  const blob = new Uint8Array(isIpv4 ? IPV4_BYTES : IPV6_BYTES);
  const view = new DataView(blob.buffer);
  view.setUint8(0, isIpv4 ? FAMILY_IPV4 : FAMILY_IPV6);
  view.setUint16(2, address.port);
  const words = isIpv4 ? [address.a] : [address.a, address.b, address.c, address.d];
  for (const [index, word] of words.entries()) view.setInt32((isIpv4 ? 4 : 8) + index * 4, word);
  return blob;
}

/** Undefined for another family or an impossible length. */
export function parseSockAddrBlob(blob: Uint8Array): SockAddr | undefined {
  if (blob.length > MAX_BYTES || blob[1] !== 0) return undefined;
  const port = ((blob[2] ?? 0) << 8) | (blob[3] ?? 0);
  if (blob[0] === FAMILY_IPV4 && blob.length >= IPV4_BYTES) return SockAddr.fromBytes(4, blob, 4, port);
  if (blob[0] === FAMILY_IPV6 && blob.length >= IPV6_BYTES) return SockAddr.fromBytes(6, blob, 8, port);
  return undefined;
}
