import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes lines no faster than they are read, so that a long stream doesn't fill the memory. */
export class LineWriter {
  readonly #stream: Writable;
  readonly #signal: AbortSignal;

  constructor(stream: Writable, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
  }

  /** @throws the signal's reason when it is aborted */
  async write(line: string): Promise<void> {
    this.#signal.throwIfAborted();
    if (!this.#stream.write(`${line}\n`)) await once(this.#stream, "drain", { signal: this.#signal });
  }
}
