import { Duplex } from "node:stream";

/** What may wait to be written before `write` says that it is enough. */
const WRITE_MARK_BYTES = 128 * 1024;

type Done = (error?: Error | null) => void;

/** What a channel asks of its link. */
export interface ChannelWire {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly endsOneWay: boolean;
  /** Calls `done` when the link has taken all of it, in its turn among the other channels. */
  write(chunks: readonly Uint8Array[], done: Done): void;
  /** Everything was written. */
  finish(): void;
  /** The reader has taken something. */
  readOn(): void;
  /** The channel is gone. `isComplete`: nothing was cut off that we wanted to say. */
  gone(isComplete: boolean): void;
}

export interface ChannelIdentity {
  readonly name: string;
  readonly number: number;
  /** Whether this side asked for the channel. */
  readonly isInitiator: boolean;
  /** Unix time in ms. */
  readonly createdAt: number;
}

/**
 * One stream of bytes of a link, in both directions. A Node.js stream like a TCP connection:
 *
 * - `end()` says that all is written. Between peers of this library the other direction stays open until it ends too;
 *   towards other DHTNet peers it closes both, because their protocol knows no other end.
 * - When the other side has ended, `end` is emitted, and this side ends as well; set `allowHalfOpen` before that to go on.
 * - `error` comes with a ConnectError when the link broke or the other side gave up; a clean end never gives one.
 */
export class Channel extends Duplex {
  /** What the side that asked for it calls it; several channels may have one name. */
  readonly name: string;
  /** 1–65534, unique in the link at a time. */
  readonly number: number;
  readonly isInitiator: boolean;
  readonly createdAt: number;
  readonly #wire: ChannelWire;

  constructor({ name, number, isInitiator, createdAt }: ChannelIdentity, wire: ChannelWire) {
    super({ allowHalfOpen: false, writableHighWaterMark: WRITE_MARK_BYTES });
    this.name = name;
    this.number = number;
    this.isInitiator = isInitiator;
    this.createdAt = createdAt;
    this.#wire = wire;
    // The other side may break it before its user could listen, which must not end the program. Who reads it sees why.
    this.on("error", () => {});
  }

  /** Bytes of data received, framing not counted. */
  get bytesRead(): number {
    return this.#wire.bytesRead;
  }

  /** Bytes of data handed to the link, framing not counted. */
  get bytesWritten(): number {
    return this.#wire.bytesWritten;
  }

  /** `end()` leaves the other direction open, which peers of this library alone know. Told once the channel is open. */
  get endsOneWay(): boolean {
    return this.#wire.endsOneWay;
  }

  /** The link pushes; that something was taken, it learns from `read`. */
  override _read(): void {}

  /** A string once `setEncoding` was called. */
  override read(size?: number): Buffer | string | null {
    const taken: Buffer | string | null = super.read(size);
    if (taken !== null) this.#wire.readOn();
    return taken;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#wire.write([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#wire.write(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    this.#wire.finish();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#wire.gone(error === null && this.writableLength === 0);
    done(error);
  }
}
