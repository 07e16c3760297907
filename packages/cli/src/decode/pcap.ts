// The classic capture format: draft-ietf-opsawg-pcap.
import type { ByteSource } from "./byte-source.ts";
import type { Frame } from "./frame.ts";

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

export function isPcapMagic(magic: DataView): boolean {
  return [true, false].some((little) => [MICROSECONDS, NANOSECONDS].includes(magic.getUint32(0, little)));
}

/** @param magic the first four bytes, which tell the byte order and the unit of time */
export async function* readPcap(magic: DataView, source: ByteSource): AsyncGenerator<Frame, void> {
  const little = [MICROSECONDS, NANOSECONDS].includes(magic.getUint32(0, true));
  const perMicrosecond = magic.getUint32(0, little) === NANOSECONDS ? 1000 : 1;
  const header = await source.take(20);
  if (!header) return;
  const linkType = header.getUint32(16, little) & 0xffff; // the upper bits tell of the frame check sequence
  for (let record = await source.take(16); record; record = await source.take(16)) {
    const bytes = await source.take(record.getUint32(8, little));
    if (!bytes) return; // the capture was cut off in the middle of a packet
    const fraction = Math.floor(record.getUint32(4, little) / perMicrosecond);
    yield { time: BigInt(record.getUint32(0, little)) * 1_000_000n + BigInt(fraction), linkType, bytes };
  }
}
