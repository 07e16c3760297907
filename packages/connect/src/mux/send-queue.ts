import type { Writable } from "node:stream";

/** What may be under way in the stream below before the next frame waits for its turn, at first and at least. */
const MIN_UNDER_WAY_BYTES = 256 * 1024;
/** The same on a fast path, which has to be kept busy. */
const MAX_UNDER_WAY_BYTES = 1024 * 1024;
/** In between, what the path carries in this time: a channel that has just begun waits no longer. */
const UNDER_WAY_MS = 20;

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
  readonly #now: () => number;
  readonly #hasRoom: () => boolean;
  readonly #onFlushed = (): void => this.#pump();
  #mostUnderWay = MIN_UNDER_WAY_BYTES;
  /** When the stream was last given all that it may have; undefined after it was given less. */
  #filledAt: number | undefined;
  #unsentControlBytes = 0;
  #bytesWritten = 0;
  #isPumping = false;

  /**
   * @param now monotonic time in ms
   * @param hasRoom whether another frame may be sent, or not until {@link resume} is called. Default: always
   */
  constructor(stream: Writable, now: () => number, hasRoom: () => boolean = () => true) {
    this.#stream = stream;
    this.#now = now;
    this.#hasRoom = hasRoom;
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

  /** There is room again. */
  resume(): void {
    this.#pump();
  }

  remove(source: FrameSource): void {
    this.#round.delete(source);
  }

  #pump(): void {
    if (this.#isPumping || this.#round.size === 0) return;
    this.#isPumping = true;
    if (this.#stream.writableLength === 0) this.#measurePath();
    this.#stream.cork(); // heads and data of many frames share records, and one call
    for (const source of this.#round) {
      if (!this.#stream.writable) break;
      if (this.#stream.writableLength >= this.#mostUnderWay) {
        this.#filledAt ??= this.#now();
        break;
      }
      if (!this.#hasRoom()) break;
      this.#round.delete(source);
      this.#bytesWritten += source.writeFrame(this.#stream, this.#onFlushed);
      if (source.isReady) this.#round.add(source);
    }
    this.#stream.uncork();
    this.#isPumping = false;
  }

  /** All that was under way is gone, and more waits: how long that took says how much the path carries. */
  #measurePath(): void {
    if (this.#filledAt === undefined) return;
    const bytes = (this.#mostUnderWay / (this.#now() - this.#filledAt)) * UNDER_WAY_MS;
    this.#filledAt = undefined;
    this.#mostUnderWay = Math.min(MAX_UNDER_WAY_BYTES, Math.max(MIN_UNDER_WAY_BYTES, bytes));
  }
}
