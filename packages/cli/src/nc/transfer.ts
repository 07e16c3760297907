import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Channel, ConnectError } from "@hashmere/connect";
import type { Streams } from "../output/output.ts";

export interface TransferOptions {
  /** After our input has ended, a peer that can't be told so is given up when nothing has come from it for so long, in ms. */
  readonly idleMs: number;
  /** End both directions as soon as our input ends, as dnc does. */
  readonly closeAtEnd: boolean;
  readonly signal: AbortSignal;
}

/**
 * Standard input into the channel, the channel to standard output, until the peer ends.
 *
 * The end of the input is handed on where the peer knows an end of one direction. To another peer it would be the end of
 * both, and cut off its answer: it is left to end by itself, or to fall silent.
 */
export async function transfer(channel: Channel, { stdin, stdout }: Streams, options: TransferOptions): Promise<void> {
  const { idleMs, closeAtEnd, signal } = options;
  channel.allowHalfOpen = channel.endsOneWay && !closeAtEnd;
  const silence = new Silence(idleMs, () => channel.end());
  const onAbort = () => channel.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  const input = pipeline(stdin, channel, { end: channel.endsOneWay || closeAtEnd, signal })
    .then(() => channel.endsOneWay || silence.watch())
    .catch((error: unknown) => {
      if (!channel.readableEnded && !channel.destroyed) channel.destroy(asError(error));
    });
  try {
    await pipeline(channel, silence, stdout, { end: false });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    silence.stop();
    stdin.destroy(); // nobody reads it any more
    channel.destroy();
    await input;
  }
}

/** Passes everything on, and notices when nothing comes any more. */
class Silence extends Transform {
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(idleMs: number, onIdle: () => void) {
    super();
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  /** From now on silence counts. */
  watch(): void {
    this.#timer = setTimeout(this.#onIdle, this.#idleMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#timer?.refresh();
    done(null, chunk);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new ConnectError("ERR_PROTOCOL", String(error));
}
