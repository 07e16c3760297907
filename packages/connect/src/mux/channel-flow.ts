import type { Writable } from "node:stream";
import { ConnectError } from "../errors/index.ts";
import { Channel, type ChannelIdentity, type ChannelWire } from "./channel.ts";
import { encodeFrame } from "./frame.ts";
import { Outgoing } from "./outgoing.ts";
import { encodeProtocolMessage } from "./protocol-message.ts";
import { INITIAL_WINDOW_BYTES, ReceiveWindow, type WindowBudget } from "./receive-window.ts";
import type { FrameSource } from "./send-queue.ts";
import { keepable, Unread } from "./unread.ts";

/** What a channel needs of the link it belongs to. */
export interface FlowHost {
  /** The other side runs this library: it counts credit, and knows half-open channels and those given up. */
  readonly isPeerExtended: boolean;
  readonly windowBudget: WindowBudget;
  sendControl(frame: Buffer): void;
  /** `flow` has frames to send. */
  ready(flow: ChannelFlow): void;
  /** What lies unread costs that much more, or less. */
  unreadChanged(difference: number): void;
  /** So many bytes of data went out. */
  sent(bytes: number): void;
  /** The number is free again: nothing of this channel will come or go any more. */
  retired(flow: ChannelFlow): void;
}

/** The link's side of a channel: its state, its windows, and its end. */
export class ChannelFlow implements ChannelWire, FrameSource {
  readonly channel: Channel;
  readonly #host: FlowHost;
  readonly #outgoing: Outgoing;
  #window: ReceiveWindow | undefined;
  readonly #unread: Unread;
  #bytesRead = 0;
  /** The other side sends nothing more. */
  #isRemoteEnded = false;
  /** We send nothing more. */
  #isLocalEnded = false;
  /** The other side is told nothing more, and tells us nothing. */
  #isRetired = false;

  constructor(identity: ChannelIdentity, host: FlowHost) {
    this.#host = host;
    this.#outgoing = new Outgoing(identity.number);
    this.#unread = new Unread((difference) => host.unreadChanged(difference));
    this.channel = new Channel(identity, this);
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get bytesWritten(): number {
    return this.#outgoing.sentBytes;
  }

  get endsOneWay(): boolean {
    return this.#window !== undefined;
  }

  // --- from the reader and writer of the channel

  write(chunks: readonly Uint8Array[], done: (error?: Error | null) => void): void {
    this.#outgoing.put(chunks, done);
    if (this.#isRetired)
      this.#outgoing.settle(); // the other side has ended both directions
    else if (this.#outgoing.isReady) this.#host.ready(this);
  }

  finish(): void {
    if (this.#isRetired) return;
    this.#isLocalEnded = true;
    if (this.#window !== undefined) {
      this.#host.sendControl(encodeProtocolMessage({ kind: "finish", number: this.channel.number }));
      if (this.#isRemoteEnded) this.#retire();
      return;
    }
    this.#sendEnd();
    this.channel.push(null);
    this.#retire();
  }

  readOn(): void {
    const left = this.channel.readableLength;
    this.#unread.settle(left);
    this.#grant(left);
  }

  gone(isComplete: boolean): void {
    this.#unread.settle(0);
    if (!this.#isRetired) {
      if (isComplete || this.#window === undefined) this.#sendEnd();
      else this.#host.sendControl(encodeProtocolMessage({ kind: "reset", number: this.channel.number }));
      this.#retire();
    }
    this.#outgoing.settle(new ConnectError("ERR_CLOSED", "the channel was closed before this was sent"));
  }

  // --- from the link

  get isReady(): boolean {
    return this.#outgoing.isReady;
  }

  /** Both sides have agreed on the channel. What the other side is, is known by now. */
  opened(): void {
    if (!this.#host.isPeerExtended || this.#isRetired) return;
    this.#window = new ReceiveWindow(this.#host.windowBudget);
    this.#outgoing.limit(INITIAL_WINDOW_BYTES);
  }

  writeFrame(output: Writable, flushed: () => void): number {
    const before = this.#outgoing.sentBytes;
    const frameBytes = this.#outgoing.writeFrame(output, flushed);
    this.#host.sent(this.#outgoing.sentBytes - before);
    return frameBytes;
  }

  /** @throws ConnectError `ERR_PROTOCOL` when the other side sends more than it may */
  receive(piece: Buffer): void {
    this.#bytesRead += piece.length;
    if (this.#window?.receive(piece.length) === false) {
      throw new ConnectError("ERR_PROTOCOL", `the other side sent more on channel ${this.channel.number} than it may`);
    }
    const { channel } = this;
    if (this.#isRemoteEnded || channel.destroyed) return;
    const isTakenAtOnce = channel.readableFlowing === true && channel.readableLength === 0;
    channel.push(isTakenAtOnce ? piece : keepable(piece));
    if (channel.readableLength === 0) this.#grant(0);
    else this.#unread.add(piece.length);
  }

  /** The other side lets us send that much more. */
  credit(bytes: number): void {
    this.#outgoing.grant(bytes);
    if (this.#outgoing.isReady) this.#host.ready(this);
  }

  /** The other side has ended both directions. What we still wanted to say goes nowhere. */
  closedByPeer(): void {
    this.#retire();
    this.#outgoing.settle();
    if (!this.#isRemoteEnded) this.channel.push(null);
    this.#isRemoteEnded = true;
    this.channel.end();
  }

  /** The other side has ended its direction. */
  finishedByPeer(): void {
    if (this.#isRemoteEnded) return;
    this.#isRemoteEnded = true;
    this.channel.push(null);
    if (this.#isLocalEnded) this.#retire();
  }

  /** The other side gave up before it had said all. */
  resetByPeer(): void {
    this.#retire();
    this.channel.destroy(
      new ConnectError("ERR_CLOSED_BY_PEER", "the other side gave the channel up before its end", {
        hint: "Its program has failed, or the service behind it is not running.",
      }),
    );
  }

  /** The link has ended in good order at the other side. A peer of this library would have ended the channel first. */
  linkEnded(): void {
    if (this.#window === undefined || this.#isRemoteEnded) this.closedByPeer();
    else this.resetByPeer();
  }

  /** The link is lost. */
  linkLost(error: ConnectError): void {
    this.#retire();
    this.channel.destroy(error);
  }

  /** This side closes the link in good order. */
  linkClosing(): void {
    if (this.#isRetired) return;
    this.#sendEnd();
    this.closedByPeer();
  }

  /** The channel never came to be: nobody has it. */
  discard(): void {
    this.#retire();
    this.channel.destroy();
  }

  #sendEnd(): void {
    this.#host.sendControl(encodeFrame(this.channel.number, new Uint8Array(0)));
  }

  #grant(unread: number): void {
    if (this.#window === undefined || this.#isRemoteEnded || this.#isRetired) return;
    const bytes = this.#window.grant(unread);
    if (bytes === 0) return;
    this.#host.sendControl(encodeProtocolMessage({ kind: "credit", number: this.channel.number, bytes }));
  }

  #retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    this.#window?.close();
    this.#host.retired(this);
  }
}
