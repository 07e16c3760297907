import { Duplex } from "node:stream";
import { ConnectError } from "../errors/index.ts";
import type { UdxStream } from "./udx.ts";

/** So long an orderly end may take: the other side may be gone. */
const LINGER_MS = 2_000;

/** A UDX stream as a stream of Node.js, which TLS needs. */
export class UdxDuplex extends Duplex {
  readonly #stream: UdxStream;
  /** The write that waits for room in the stream. */
  #whenDrained: (() => void) | undefined;

  constructor(stream: UdxStream) {
    super({ allowHalfOpen: false });
    this.#stream = stream;
    stream.on("data", (bytes: Uint8Array) => {
      if (!this.destroyed && !this.push(bytes)) stream.pause();
    });
    stream.on("end", () => !this.destroyed && this.push(null));
    stream.on("drain", () => this.#drained());
    stream.on("error", (cause: Error) => {
      const hint = "The network or the other side's program went away; connect again.";
      this.destroy(new ConnectError("ERR_LINK_LOST", "The connection broke", { cause, hint }));
    });
    stream.on("close", () => {
      this.#drained();
      this.destroy();
    });
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: () => void): void {
    if (this.#stream.write(chunk)) callback();
    else this.#whenDrained = callback;
  }

  override _final(callback: () => void): void {
    this.#stream.end();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    // Who gave it up waits for nothing: the other side, if it is there, is told at once.
    if (error || !this.writableEnded) this.#stream.destroy();
    else {
      // What was written still has to arrive, and the other side to hear of the end rather than of a reset.
      this.#stream.end();
      this.#stream.resume();
      const linger = setTimeout(() => this.#stream.destroy(), LINGER_MS).unref();
      this.#stream.on("close", () => clearTimeout(linger));
    }
    callback(error);
  }

  #drained(): void {
    const callback = this.#whenDrained;
    this.#whenDrained = undefined;
    callback?.();
  }
}
