import { linesOf } from "./json-lines.ts";
import type { Patience } from "./patience.ts";

/** What a proxy answers: a status at once, and lines as they come. Read it, or discard it. */
export class ProxyAnswer {
  readonly status: number;
  readonly #body: ReadableStream<Uint8Array> | null;
  readonly #patience: Patience;

  constructor({ status, body }: Response, patience: Patience) {
    this.status = status;
    this.#body = body;
    this.#patience = patience;
  }

  /**
   * Lines in the batches in which they arrive; a heartbeat makes an empty batch.
   * @throws when the connection breaks, is silent for too long, or the request is aborted
   */
  async *lines(silenceMs: number): AsyncGenerator<string[], void> {
    this.#patience.limitMs = silenceMs;
    this.#patience.renew();
    try {
      if (!this.#body) return;
      for await (const lines of linesOf(this.#body)) {
        this.#patience.renew();
        yield lines;
      }
    } finally {
      this.#patience.end();
    }
  }

  /** Another limit for the silence, which begins now. */
  set silenceMs(limit: number) {
    this.#patience.limitMs = limit;
    this.#patience.renew();
  }

  /** The first line; empty when there is none. */
  async firstLine(silenceMs: number): Promise<string> {
    for await (const [line] of this.lines(silenceMs)) if (line !== undefined) return line;
    return "";
  }

  async discard(): Promise<void> {
    this.#patience.end();
    await this.#body?.cancel();
  }
}
