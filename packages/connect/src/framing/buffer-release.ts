/**
 * A stream that can free the memory of what has passed through it at once. At hundreds of megabytes a second, leaving
 * that to the garbage collector costs more than encryption does.
 */
export interface ReleasingStream {
  /**
   * Set by a user who looks at no piece after its `data` listener has returned, and at no chunk that was written. TLS is one:
   * it copies what it reads and writes buffers of its own.
   */
  releasesBuffers: boolean;
}

/** Smaller buffers aren't worth the call, or are parts of a pool. */
const LEAST_BYTES = 8 * 1024;

export function canReleaseBuffers(stream: object): stream is ReleasingStream {
  return "releasesBuffers" in stream;
}

/** Frees the memory of a buffer that nobody uses any more. It is empty from then on, and so is all that shares its memory. */
export function releaseBuffer({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= LEAST_BYTES && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer)
    buffer.transfer(0);
}
