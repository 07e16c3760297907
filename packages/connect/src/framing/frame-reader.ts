import { FRAME_HEADER_BYTES } from "./frame-writer.ts";

/** Who takes what a {@link FrameReader} finds. Data are views of what was read: copy what must live on. */
export interface FrameSink {
  /**
   * Asked once per frame, with its first bytes: {@link FrameReader.headBytes} of them, or all when it is shorter.
   * True to get the frame in one piece, through `onMessage`; false to get it as it comes, through `onData`.
   */
  isMessage(head: Uint8Array, length: number): boolean;
  onMessage(message: Uint8Array): void;
  onData(bytes: Uint8Array): void;
}

/**
 * Takes frames (RFC 4571) out of a byte stream, however it was cut. Data passes through without being copied or waited
 * for; only a message that comes in pieces is put together, so at most one frame is ever held, and none that the sink
 * does not take for a message.
 */
export class FrameReader {
  readonly headBytes: number;
  readonly #sink: FrameSink;
  /** An incomplete header and head. */
  #beginning: Uint8Array = EMPTY;
  /** Bytes of the current frame that have not come yet; 0 between frames. */
  #remaining = 0;
  /** The message that the current frame is; undefined when it is data. */
  #message: Uint8Array | undefined;
  #isStopped = false;

  /** @param headBytes how many bytes of a frame tell whether it is a message */
  constructor(headBytes: number, sink: FrameSink) {
    this.headBytes = headBytes;
    this.#sink = sink;
  }

  /** Returns what it has not looked at, which is nothing until it is stopped. */
  push(chunk: Uint8Array): Uint8Array {
    let rest = chunk;
    while (rest.length > 0 && !this.#isStopped) rest = this.#remaining === 0 ? this.#begin(rest) : this.#continue(rest);
    return rest;
  }

  /** Looks at nothing that comes after the present frame; may be called by the sink. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Reads the header and the head of a frame. Returns what follows the header, or nothing while they are incomplete. */
  #begin(chunk: Uint8Array): Uint8Array {
    const bytes = this.#beginning.length === 0 ? chunk : join(this.#beginning, chunk);
    const length = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
    const headEnd = FRAME_HEADER_BYTES + Math.min(length, this.headBytes);
    if (bytes.length < FRAME_HEADER_BYTES || bytes.length < headEnd) {
      this.#beginning = Uint8Array.from(bytes);
      return EMPTY;
    }
    this.#beginning = EMPTY;
    this.#remaining = length;
    const isMessage = length > 0 && this.#sink.isMessage(bytes.subarray(FRAME_HEADER_BYTES, headEnd), length);
    this.#message = isMessage ? new Uint8Array(length) : undefined;
    return bytes.subarray(FRAME_HEADER_BYTES);
  }

  /** Goes on with the current frame. Returns what follows it. */
  #continue(chunk: Uint8Array): Uint8Array {
    const part = chunk.subarray(0, this.#remaining);
    const message = this.#message;
    message?.set(part, message.length - this.#remaining);
    this.#remaining -= part.length;
    if (message === undefined) this.#sink.onData(part);
    else if (this.#remaining === 0) this.#sink.onMessage(message);
    return chunk.subarray(part.length);
  }
}

const EMPTY = new Uint8Array(0);

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
