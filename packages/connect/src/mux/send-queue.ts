import type { Writable } from "node:stream";

/** What may be under way in the stream below before the next frame waits for its turn: enough to keep it busy. */
const MAX_UNDER_WAY_BYTES = 256 * 1024;

/** Somebody with frames to send, one at a time. */
export interface FrameSource {
  /** Whether there is a frame that may be sent now. */
  readonly isReady: boolean;
  /** Writes the next frame to `output`, calling `flushed` when the last of it is out. Returns its bytes. */
  writeFrame(output: Writable, flushed: () => void): number;
}

/**
 * Who sends next: control frames at once, channels in turn, a frame each. Little is handed to the stream below at a
 * time, so that a channel that has just begun doesn't stand behind megabytes of another.
 */
export class SendQueue {
  readonly #stream: Writable;
  readonly #round = new Set<FrameSource>();
  readonly #onFlushed = (): void => this.#pump();
  #unsentControlBytes = 0;
  #bytesWritten = 0;
  #isPumping = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /** Control frames that the stream has not got rid of. */
  get unsentControlBytes(): number {
    return this.#unsentControlBytes;
  }

  /** Sends a control frame after what the stream has been given, before all that waits here. */
  sendControl(frame: Buffer): void {
    if (!this.#stream.writable) return;
    this.#bytesWritten += frame.length;
    this.#unsentControlBytes += frame.length;
    this.#stream.write(frame, () => {
      this.#unsentControlBytes -= frame.length;
      this.#pump();
    });
  }

  /** Gives `source` its turn; it stays in the round as long as it has frames. */
  add(source: FrameSource): void {
    this.#round.add(source);
    this.#pump();
  }

  remove(source: FrameSource): void {
    this.#round.delete(source);
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (const source of this.#round) {
      if (this.#stream.writableLength >= MAX_UNDER_WAY_BYTES || !this.#stream.writable) break;
      this.#round.delete(source);
      this.#stream.cork(); // one record for the head of a frame and its parts
      this.#bytesWritten += source.writeFrame(this.#stream, this.#onFlushed);
      this.#stream.uncork();
      if (source.isReady) this.#round.add(source);
    }
    this.#isPumping = false;
  }
}
