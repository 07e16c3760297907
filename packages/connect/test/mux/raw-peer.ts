import { type Duplex, duplexPair } from "node:stream";
import { encodeChannelRequestFrame } from "../../src/mux/channel-request.ts";
import { encodeFrame, PROTOCOL_CHANNEL } from "../../src/mux/frame.ts";
import { FrameDecoder } from "../../src/mux/frame-decoder.ts";
import { Link, type LinkOptions } from "../../src/mux/index.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";

/** One frame as it came, its data put together. */
export interface RawFrame {
  readonly channel: number;
  readonly length: number;
  readonly data: Buffer;
}

/** Splits a stream into frames. */
export class FrameCollector {
  readonly frames: RawFrame[] = [];
  strayObjects = 0;
  readonly #decoder = new FrameDecoder(this, 2 ** 31);
  #channel = 0;
  #length = 0;
  #pieces: Buffer[] = [];

  write(chunk: Buffer): void {
    this.#decoder.write(chunk);
  }

  frame(channel: number, length: number): void {
    this.#channel = channel;
    this.#length = length;
    this.#pieces = [];
    if (length === 0) this.#end();
  }

  data(piece: Buffer): void {
    this.#pieces.push(Buffer.from(piece));
    if (this.#pieces.reduce((sum, { length }) => sum + length, 0) === this.#length) this.#end();
  }

  strayObject(): void {
    this.strayObjects++;
  }

  #end(): void {
    this.frames.push({ channel: this.#channel, length: this.#length, data: Buffer.concat(this.#pieces) });
  }
}

/** The other end of a link, played by hand: a DHTNet peer of another make, or a hostile one. */
export class RawPeer {
  readonly time = new VirtualTime();
  readonly link: Link;
  readonly stream: Duplex;
  readonly received = new FrameCollector();
  hasSeenEnd = false;

  readonly #near: Duplex;

  private constructor(options: Partial<LinkOptions>) {
    const [near, far] = duplexPair({ highWaterMark: 64 * 1024 });
    this.#near = near;
    this.stream = far;
    far.on("data", (chunk: Buffer) => this.received.write(chunk));
    far.on("end", () => {
      this.hasSeenEnd = true;
      far.end();
    });
    far.on("error", () => {});
    this.link = new Link(near, { isInitiator: false, scheduler: this.time, accept: () => true, ...options });
  }

  /** A link whose other side has said nothing yet. */
  static async silent(options: Partial<LinkOptions> = {}): Promise<RawPeer> {
    const peer = new RawPeer(options);
    await settle();
    return peer;
  }

  /** A link whose other side has said that it is a DHTNet peer of the version that answers beacons. */
  static async connected(options: Partial<LinkOptions> = {}): Promise<RawPeer> {
    const peer = new RawPeer(options);
    peer.send(VERSION_1);
    await settle();
    peer.takeFrames();
    return peer;
  }

  /** Breaks the connection, as a reset does. */
  breakConnection(): void {
    this.#near.destroy(new Error("reset"));
  }

  /** Sends bytes, or data on a channel. */
  send(bytes: Uint8Array): void {
    this.stream.write(bytes);
  }

  sendData(channel: number, data: Uint8Array | string): void {
    this.send(encodeFrame(channel, Buffer.from(data)));
  }

  answer(name: string, number: number, state: "accept" | "decline"): void {
    this.send(encodeChannelRequestFrame({ name, number, state }));
  }

  request(name: string, number: number): void {
    this.send(encodeChannelRequestFrame({ name, number, state: "request" }));
  }

  /** What came since the last call. */
  takeFrames(): RawFrame[] {
    return this.received.frames.splice(0);
  }

  /** The same in hexadecimal, frame by frame. */
  async takeHex(): Promise<string[]> {
    await settle();
    return this.takeFrames().map(({ channel, data }) => encodeFrame(channel, data).toString("hex"));
  }

  /** Opens a channel from the link, which this peer accepts. */
  async open(name: string): ReturnType<Link["open"]> {
    const opening = this.link.open(name);
    await settle();
    const number = Number(
      this.takeFrames()
        .at(-1)
        ?.data.readUInt16BE(name.length + 3),
    );
    this.answer(name, number, "accept");
    return opening;
  }
}

export const VERSION_1 = encodeFrame(PROTOCOL_CHANNEL, Buffer.from("81a17601", "hex"));
export const HELLO = encodeFrame(PROTOCOL_CHANNEL, Buffer.from("81a8686173686d65726501", "hex"));
export const BEACON = encodeFrame(PROTOCOL_CHANNEL, Buffer.from("81a170c3", "hex"));
export const BEACON_ANSWER = encodeFrame(PROTOCOL_CHANNEL, Buffer.from("81a170c2", "hex"));
