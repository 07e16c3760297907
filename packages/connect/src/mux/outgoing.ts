import type { Writable } from "node:stream";
import { encodeFrameHeader, MAX_EXTENDED_FRAME_DATA_BYTES, MAX_FRAME_DATA_BYTES } from "./frame.ts";

/** What one channel has to send, cut into frames without copying. */
export class Outgoing {
  readonly #number: number;
  /** Bytes that the other side lets us send; infinite for one that doesn't count. */
  #credit = Number.POSITIVE_INFINITY;
  #maxFrameBytes = MAX_FRAME_DATA_BYTES;
  #chunks: readonly Uint8Array[] = [];
  #index = 0;
  #offset = 0;
  #waitingBytes = 0;
  #sentBytes = 0;
  #done: ((error?: Error | null) => void) | undefined;

  constructor(number: number) {
    this.#number = number;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Whether there is a frame that may be sent now. */
  get isReady(): boolean {
    return this.#waitingBytes > 0 && this.#credit > 0;
  }

  /** The next chunks; `done` is called when they are all handed on. One call at a time. */
  put(chunks: readonly Uint8Array[], done: (error?: Error | null) => void): void {
    this.#chunks = chunks;
    this.#index = 0;
    this.#offset = 0;
    this.#waitingBytes = chunks.reduce((sum, { length }) => sum + length, 0);
    this.#done = done;
    if (this.#waitingBytes === 0) this.settle(); // an empty frame would end the channel
  }

  /** The other side runs this library: it counts, beginning with that much, and takes longer frames. */
  limit(credit: number): void {
    this.#credit = credit;
    this.#maxFrameBytes = MAX_EXTENDED_FRAME_DATA_BYTES;
  }

  grant(bytes: number): void {
    this.#credit += bytes;
  }

  /** Writes one frame, as long as may be; returns its bytes, 0 when there is none to send. */
  writeFrame(output: Writable, flushed: () => void): number {
    const length = Math.min(this.#waitingBytes, this.#credit, this.#maxFrameBytes);
    if (length === 0) return 0;
    this.#credit -= length;
    this.#waitingBytes -= length;
    this.#sentBytes += length;
    const header = encodeFrameHeader(this.#number, length);
    output.write(header);
    for (let left = length; left > 0; ) {
      const piece = this.#take(left);
      left -= piece.length;
      if (left > 0) output.write(piece);
      else output.write(piece, flushed);
    }
    if (this.#waitingBytes === 0) this.settle();
    return header.length + length;
  }

  /** Forgets what waits, and tells whoever wrote it. */
  settle(error?: Error): void {
    const done = this.#done;
    this.#done = undefined;
    this.#chunks = [];
    this.#waitingBytes = 0;
    done?.(error ?? null);
  }

  /** The next bytes, at most `length`, from one chunk. */
  #take(length: number): Uint8Array {
    const chunk = this.#chunks[this.#index] ?? new Uint8Array(0);
    const end = Math.min(chunk.length, this.#offset + length);
    const piece = this.#offset === 0 && end === chunk.length ? chunk : chunk.subarray(this.#offset, end);
    this.#offset = end;
    if (end === chunk.length) {
      this.#index++;
      this.#offset = 0;
    }
    return piece;
  }
}
