import { Duplex } from "node:stream";
import type { Scheduler, Timer } from "@hashmere/dht";

/**
 * How much may be on its way through a relay. coturn, the usual one, stops reading a connection when more than 64 KiB of
 * it wait above the 80 KiB that its socket holds, and when both directions are busy it may never go on: bytes lie there
 * for ever. Below that nothing ever waits there. A larger window would not be faster either: each of coturn's two
 * connections carries less than this in a round trip of its own.
 */
export const RELAY_WINDOW_BYTES = 128 * 1024;

/** After each of these the other side is asked whether they have arrived. */
export const RELAY_STEP_BYTES = 16 * 1024;

/** A full window that hears nothing for so long takes its oldest step for arrived … */
export const RELAY_SILENCE_MS = 3000;

/** … and then one more each time this has passed, until an answer comes: 160 KiB/s to who never answers. */
export const RELAY_PACE_MS = 100;

/**
 * A stream through a relay that never has more than {@link RELAY_WINDOW_BYTES} on its way. In between the data it asks
 * the other side, and an answer tells that all before the question has arrived. DHTNet answers as well: the questions
 * are STUN Binding requests. What comes in passes as it is; its sender is the one who can limit it.
 */
export class RelayWindow extends Duplex {
  readonly #inner: Duplex;
  readonly #scheduler: Scheduler;
  readonly #ask: (answered: () => void) => void;
  #sentBytes = 0;
  #arrivedBytes = 0;
  #askedBytes = 0;
  /** What is written, as far as it has had no room, and what to do when it has. */
  #waiting: { readonly rest: Uint8Array; readonly done: () => void } | undefined;
  #silence: Timer | undefined;
  #isSilent = false;

  /** @param ask sends a question after all that was written to `inner`, and calls back once when it is answered */
  constructor(inner: Duplex, { scheduler, ask }: { scheduler: Scheduler; ask(answered: () => void): void }) {
    super({ allowHalfOpen: false });
    this.#inner = inner;
    this.#scheduler = scheduler;
    this.#ask = ask;
    inner.on("data", (chunk: Uint8Array) => {
      if (!this.push(chunk)) inner.pause();
    });
    inner.on("end", () => this.push(null));
    inner.on("error", (error) => this.destroy(error));
    inner.on("close", () => this.destroy());
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: () => void): void {
    this.#send(chunk, callback);
  }

  override _final(callback: () => void): void {
    this.#inner.end(callback);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#silence?.cancel();
    this.#waiting = undefined;
    this.#inner.destroy();
    callback(error);
  }

  /** One step after the other, as long as there is room; the rest when there is some again. */
  #send(rest: Uint8Array, done: () => void): void {
    if (this.destroyed) return;
    if (rest.length === 0) {
      done();
      return;
    }
    const room = RELAY_WINDOW_BYTES - (this.#sentBytes - this.#arrivedBytes);
    if (room <= 0) {
      this.#waiting = { rest, done };
      this.#awaitAnswer();
      return;
    }
    const untilQuestion = RELAY_STEP_BYTES - (this.#sentBytes - this.#askedBytes);
    const part = rest.subarray(0, Math.min(room, untilQuestion));
    this.#sentBytes += part.length;
    this.#inner.write(part, () => {
      if (part.length === untilQuestion) this.#askNow();
      this.#send(rest.subarray(part.length), done);
    });
  }

  #askNow(): void {
    const askedAt = this.#sentBytes;
    this.#askedBytes = askedAt;
    this.#ask(() => {
      this.#isSilent = false;
      this.#arrived(askedAt);
    });
  }

  #arrived(bytes: number): void {
    if (bytes <= this.#arrivedBytes) return;
    this.#arrivedBytes = bytes;
    this.#silence?.cancel();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) this.#send(waiting.rest, waiting.done);
  }

  /** A lost answer costs one such wait: the next one tells of all that came before. */
  #awaitAnswer(): void {
    const waitMs = this.#isSilent ? RELAY_PACE_MS : RELAY_SILENCE_MS;
    this.#silence = this.#scheduler.at(this.#scheduler.now() + waitMs, () => {
      this.#isSilent = true;
      this.#arrived(this.#arrivedBytes + RELAY_STEP_BYTES);
    });
  }
}
