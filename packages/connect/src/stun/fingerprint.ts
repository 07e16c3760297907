/** "STUN" in ASCII (RFC 8489 §14.7). */
const FINGERPRINT_MASK = 0x5354554e;

/** Reversed polynomial of CRC-32 (ITU V.42). */
const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** The value of FINGERPRINT after these bytes, whose length field already counts it. */
export function fingerprintOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff ^ FINGERPRINT_MASK) >>> 0;
}
