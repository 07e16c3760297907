import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { ConnectError } from "../errors/index.ts";
import { encodeFrame, FrameReader, type ReleasingStream, releaseBuffer, splitIntoFrames } from "../framing/index.ts";
import type { IceConnection } from "../ice/index.ts";
import { isStunMessage, STUN_HEADER_BYTES } from "../stun/index.ts";

/** What the other side may send on a connection before it is chosen: its first TLS message has two thousand bytes. */
export const MAX_EARLY_BYTES = 64 * 1024;

/** What may wait to leave before more is asked for: enough to encrypt the next while the last leaves. */
export const MAX_QUEUED_BYTES = 256 * 1024;

/**
 * STUN messages are not sent while this waits to leave: nobody reads, or data flow and keep the way alive themselves.
 * More than a window of a relay, whose questions and answers must get through.
 */
export const MAX_UNSENT_BYTES = 256 * 1024;

/**
 * A TCP connection on which STUN messages and data share frames (RFC 4571). Messages go to `onMessage`; data wait, up to
 * {@link MAX_EARLY_BYTES}, until somebody takes the stream.
 */
export class FramedConnection {
  readonly #raw: Duplex;
  readonly #reader: FrameReader;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #stream: FramedStream | undefined;
  /** Nothing is in frames any more. */
  #isTaken = false;
  /** In order, by the other side or by us. */
  #hasEnded = false;
  #error: Error | undefined;

  constructor({ stream }: IceConnection, on: { message(bytes: Uint8Array): void; closed(): void }) {
    this.#raw = stream;
    this.#reader = new FrameReader(STUN_HEADER_BYTES, {
      isMessage: (head, length) => isStunMessage(head, length),
      onMessage: (message) => on.message(message),
      onData: (bytes) => this.#onData(bytes),
    });
    stream.on("data", this.#onChunk);
    stream.on("end", this.#onEnd);
    stream.on("error", (error) => {
      this.#error = error;
    });
    stream.on("close", () => {
      this.#onClose();
      on.closed();
    });
  }

  /** Whether {@link takeSocket} is possible. */
  get isSocket(): boolean {
    return this.#raw instanceof Socket;
  }

  send(message: Uint8Array): void {
    if (this.#isTaken) return;
    if (this.#raw.writable && this.#raw.writableLength <= MAX_UNSENT_BYTES) this.#raw.write(encodeFrame(message));
  }

  /** The data, those that have come already first. Messages go on being taken out of them. */
  takeStream(): Duplex {
    this.#stream = new FramedStream(this.#raw);
    for (const bytes of this.#early) this.#stream.receive(bytes);
    this.#early = [];
    if (this.#hasEnded) this.#stream.push(null);
    else if (this.#raw.destroyed) this.#onClose();
    return this.#stream;
  }

  /**
   * The socket itself, for two sides that go on without frames. To be called when the last frame has come, and no later:
   * what follows it is the first that is read from the socket.
   */
  takeSocket(): Duplex {
    this.#isTaken = true;
    this.#reader.stop();
    this.#raw.off("data", this.#onChunk).off("end", this.#onEnd).pause();
    if (this.#raw instanceof Socket) this.#raw.allowHalfOpen = false;
    return this.#raw;
  }

  close(): void {
    this.#hasEnded = true;
    this.#reader.stop();
    this.#stream?.destroy();
    this.#raw.destroy();
  }

  readonly #onChunk = (chunk: Uint8Array): void => {
    const rest = this.#reader.push(chunk);
    if (this.#isTaken && rest.length > 0) this.#raw.unshift(rest);
    else if (this.#stream?.hasPassedOn) releaseBuffer(chunk);
  };

  #onData(bytes: Uint8Array): void {
    if (this.#stream) this.#stream.receive(bytes);
    else {
      this.#earlyBytes += bytes.length;
      if (this.#earlyBytes > MAX_EARLY_BYTES) this.close();
      else this.#early.push(Uint8Array.from(bytes));
    }
  }

  readonly #onEnd = (): void => {
    if (this.#stream === undefined) this.close();
    this.#hasEnded = true;
    this.#stream?.push(null);
  };

  #onClose(): void {
    if (this.#hasEnded) return;
    const options = { cause: this.#error, hint: "The network or the other side's program went away; connect again." };
    this.#stream?.destroy(new ConnectError("ERR_LINK_LOST", "The connection broke", options));
  }
}

/** Written after all else: when it has left, that has too. */
const NOTHING = new Uint8Array(0);

/** The data side of a connection: what is written goes out in frames, what is read is what frames held. */
class FramedStream extends Duplex implements ReleasingStream {
  releasesBuffers = false;
  readonly #raw: Duplex;
  /** A socket shares its buffers with nobody; other streams may hand them on. */
  readonly #ownsBuffers: boolean;

  constructor(raw: Duplex) {
    super({ allowHalfOpen: false });
    this.#raw = raw;
    this.#ownsBuffers = raw instanceof Socket;
  }

  /** Nobody needs what was received, and may be told so. */
  get hasPassedOn(): boolean {
    return this.releasesBuffers && this.#ownsBuffers && this.readableLength === 0;
  }

  receive(bytes: Uint8Array): void {
    if (!this.push(bytes)) this.#raw.pause();
  }

  override _read(): void {
    this.#raw.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: () => void): void {
    this.#writeFrames([chunk], callback);
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], callback: () => void): void {
    this.#writeFrames(
      chunks.map(({ chunk }) => chunk),
      callback,
    );
  }

  override _final(callback: () => void): void {
    this.#raw.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#raw.destroy();
    callback(error);
  }

  /** Calls back when there is room for more. */
  #writeFrames(chunks: readonly Uint8Array[], callback: () => void): void {
    this.#raw.cork();
    for (const part of splitIntoFrames(chunks)) this.#raw.write(part);
    if (this.releasesBuffers && this.#ownsBuffers) this.#raw.write(NOTHING, () => chunks.forEach(releaseBuffer));
    this.#raw.uncork();
    const { writableNeedDrain, writableLength } = this.#raw;
    if (writableNeedDrain && writableLength > MAX_QUEUED_BYTES) this.#raw.once("drain", callback);
    else callback();
  }
}
