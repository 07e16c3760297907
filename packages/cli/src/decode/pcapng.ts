// The capture format of Wireshark: draft-ietf-opsawg-pcapng.
import { type ByteSource, notACapture } from "./byte-source.ts";
import type { Frame } from "./frame.ts";

export const PCAPNG_MAGIC = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const INTERFACE_DESCRIPTION = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const OPTION_END = 0;
const OPTION_TIME_RESOLUTION = 9;

/** Most interfaces of one section: far more than a machine has. */
const MAX_INTERFACES = 65_536;

interface Interface {
  readonly linkType: number;
  /** Units of time a second. */
  readonly ticksPerSecond: bigint;
}

/** The packets of all sections; the source stands behind the first block's type. */
export async function* readPcapng(source: ByteSource): AsyncGenerator<Frame, void> {
  let little = await startSection(source);
  let interfaces: Interface[] = [];
  for (let head = await source.take(4); head; head = await source.take(4)) {
    if (head.getUint32(0) === PCAPNG_MAGIC) {
      little = await startSection(source);
      interfaces = [];
      continue;
    }
    const length = (await source.take(4))?.getUint32(0, little);
    if (length === undefined) return;
    if (length < 12 || length % 4 !== 0) throw notACapture(`a block of ${length} bytes`);
    const body = await source.take(length - 12);
    if (!body || !(await source.take(4))) return; // cut off in the middle of a block
    const type = head.getUint32(0, little);
    if (type === INTERFACE_DESCRIPTION && interfaces.length < MAX_INTERFACES) {
      interfaces.push(readInterface(body, little));
    }
    const frame = readFrame(type, body, little, interfaces);
    if (frame) yield frame;
  }
}

/** Reads the rest of a section header. @returns whether the section's numbers are little endian */
async function startSection(source: ByteSource): Promise<boolean> {
  const head = await source.take(8);
  if (!head) throw notACapture("it ends in its header");
  const little = head.getUint32(4, true) === BYTE_ORDER_MAGIC;
  if (!little && head.getUint32(4) !== BYTE_ORDER_MAGIC) throw notACapture("its byte order is unknown");
  await source.take(Math.max(0, head.getUint32(0, little) - 12));
  return little;
}

function readInterface(body: DataView, little: boolean): Interface {
  if (body.byteLength < 8) throw notACapture("an interface without a description");
  return { linkType: body.getUint16(0, little), ticksPerSecond: readResolution(body, little) };
}

function readResolution(body: DataView, little: boolean): bigint {
  for (let at = 8; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, little);
    const length = body.getUint16(at + 2, little);
    if (code === OPTION_END) break;
    if (code === OPTION_TIME_RESOLUTION && length > 0 && at + 4 < body.byteLength) {
      const exponent = body.getUint8(at + 4);
      return exponent & 0x80 ? 2n ** BigInt(exponent & 0x7f) : 10n ** BigInt(exponent);
    }
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return 1_000_000n;
}

function readFrame(type: number, body: DataView, little: boolean, interfaces: readonly Interface[]): Frame | undefined {
  if (type === SIMPLE_PACKET && body.byteLength >= 4) {
    const { linkType } = interfaces[0] ?? {};
    return linkType === undefined
      ? undefined
      : { time: 0n, linkType, bytes: slice(body, 4, body.getUint32(0, little)) };
  }
  if (type !== ENHANCED_PACKET || body.byteLength < 20) return undefined;
  const source = interfaces[body.getUint32(0, little)];
  if (!source) return undefined;
  const ticks = (BigInt(body.getUint32(4, little)) << 32n) | BigInt(body.getUint32(8, little));
  return {
    time: (ticks * 1_000_000n) / source.ticksPerSecond,
    linkType: source.linkType,
    bytes: slice(body, 20, body.getUint32(12, little)),
  };
}

function slice(body: DataView, offset: number, length: number): DataView {
  return new DataView(body.buffer, body.byteOffset + offset, Math.min(length, body.byteLength - offset));
}
