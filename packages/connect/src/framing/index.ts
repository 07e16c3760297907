export { canReleaseBuffers, type ReleasingStream, releaseBuffer } from "./buffer-release.ts";
export { FrameReader } from "./frame-reader.ts";
export { encodeFrame, MAX_FRAME_BYTES, splitIntoFrames } from "./frame-writer.ts";
