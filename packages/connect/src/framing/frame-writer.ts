/** What a length of 16 bits can say (RFC 4571 §2). */
export const MAX_FRAME_BYTES = 65_535;

/** Length of the length. */
export const FRAME_HEADER_BYTES = 2;

/** One frame, header and all: for short messages, which then go out in one write. At most {@link MAX_FRAME_BYTES}. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_FRAME_BYTES) throw new RangeError(`${payload.length} bytes don't fit into one frame`);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  frame[0] = payload.length >>> 8;
  frame[1] = payload.length;
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** Bytes of any length as frames: headers and views of the bytes in turn, none of them copied. */
export function* splitIntoFrames(bytes: Uint8Array): Generator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += MAX_FRAME_BYTES) {
    const length = Math.min(bytes.length - offset, MAX_FRAME_BYTES);
    yield Uint8Array.of(length >>> 8, length);
    yield bytes.subarray(offset, offset + length);
  }
}
