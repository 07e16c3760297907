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

/**
 * Bytes of any length, in any number of chunks, as frames that are as large as can be: headers and views of the chunks in
 * turn, none of them copied.
 */
export function splitIntoFrames(chunks: readonly Uint8Array[]): Uint8Array[] {
  let left = chunks.reduce((sum, { length }) => sum + length, 0);
  let leftOfFrame = 0;
  const parts: Uint8Array[] = [];
  for (const chunk of chunks) {
    for (let offset = 0; offset < chunk.length; ) {
      if (leftOfFrame === 0) {
        leftOfFrame = Math.min(left, MAX_FRAME_BYTES);
        // Out of Node's pool: sockets take memory of its own at a far higher cost than these two bytes are worth.
        const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
        header.writeUInt16BE(leftOfFrame);
        parts.push(header);
      }
      const part = chunk.subarray(offset, offset + leftOfFrame);
      parts.push(part);
      offset += part.length;
      leftOfFrame -= part.length;
      left -= part.length;
    }
  }
  return parts;
}
