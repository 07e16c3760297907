// Source: DHTNet connection protocol, multiplexed socket (frames).

/** Requests for channels and answers to them. */
export const CONTROL_CHANNEL = 0;
/** Version, beacons, and what peers of this library tell each other. */
export const PROTOCOL_CHANNEL = 0xffff;
/** Most bytes in one frame that we send to peers of any make; they may send longer ones. */
export const MAX_FRAME_DATA_BYTES = 65_535;
/** The same among peers of this library: so much that what programs write at a time is seldom split. */
export const MAX_EXTENDED_FRAME_DATA_BYTES = 128 * 1024;
/** Longest head of a frame that we send. */
const MAX_HEADER_BYTES = 9;

const ARRAY_OF_2 = 0x92;
const UINT8 = 0xcc;
const UINT16 = 0xcd;
const BIN8 = 0xc4;
const BIN16 = 0xc5;
const BIN32 = 0xc6;

/** What stands before the data of a frame, in the shortest form: an array of two, the channel, the head of a bin. */
export function encodeFrameHeader(channel: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(MAX_HEADER_BYTES);
  return bytes.subarray(0, writeFrameHeader(bytes, channel, length));
}

/** A whole frame. Empty data ends the channel. */
export function encodeFrame(channel: number, data: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(MAX_HEADER_BYTES + data.length);
  const headerLength = writeFrameHeader(bytes, channel, data.length);
  bytes.set(data, headerLength);
  return bytes.subarray(0, headerLength + data.length);
}

function writeFrameHeader(bytes: Buffer, channel: number, length: number): number {
  let offset = bytes.writeUInt8(ARRAY_OF_2);
  if (channel >= 0x80) offset = bytes.writeUInt8(channel <= 0xff ? UINT8 : UINT16, offset);
  offset = channel <= 0xff ? bytes.writeUInt8(channel, offset) : bytes.writeUInt16BE(channel, offset);
  if (length <= 0xff) return bytes.writeUInt8(length, bytes.writeUInt8(BIN8, offset));
  if (length <= 0xffff) return bytes.writeUInt16BE(length, bytes.writeUInt8(BIN16, offset));
  return bytes.writeUInt32BE(length, bytes.writeUInt8(BIN32, offset));
}
