// Source: DHTNet connection protocol, multiplexed socket.
import { type Duplex, finished } from "node:stream";
import { type Logger, type Scheduler, silentLogger, TypedEventTarget } from "@hashmere/dht";
import { Reader } from "@hashmere/dht/msgpack";
import { ConnectError } from "../errors/index.ts";
import type { Channel, ChannelIdentity } from "./channel.ts";
import { ChannelFlow, type FlowHost } from "./channel-flow.ts";
import { isReservedNumber } from "./channel-numbers.ts";
import {
  type ChannelRequest,
  encodeChannelRequest,
  encodeChannelRequestFrame,
  readChannelRequest,
} from "./channel-request.ts";
import { ChannelTable } from "./channel-table.ts";
import { CONTROL_CHANNEL, encodeFrame, MAX_FRAME_DATA_BYTES } from "./frame.ts";
import { IncomingRequests } from "./incoming-requests.ts";
import { LINK_LIMITS, type LinkLimits } from "./limits.ts";
import { closedByPeer, closedHere, cutOff, declined, lost, pathDead, refused } from "./link-errors.ts";
import { ChannelEvent, LinkCloseEvent, type LinkEventMap } from "./link-events.ts";
import type { LinkOptions, LinkStats } from "./link-options.ts";
import { LinkReader } from "./link-reader.ts";
import { BEACON_TIMEOUT_MS, Liveness } from "./liveness.ts";
import { Opening, type OpenOptions } from "./opening.ts";
import { encodeProtocolMessage, type ProtocolMessage, readProtocolMessage } from "./protocol-message.ts";
import { ReadingGate } from "./reading-gate.ts";
import { SendQueue } from "./send-queue.ts";

/** The version from which on beacons are answered. */
const VERSION = 1;
/** Version of what peers of this library add to the protocol. */
const EXTENSION_VERSION = 1;
/** How long an orderly end may take, and the other side's answer to it. */
const CLOSE_PATIENCE_MS = 2_000;

/**
 * Many channels over one encrypted stream, as DHTNet multiplexes them.
 *
 * Events: `channel` (ChannelEvent) for each channel of the other side that was accepted, `close` (LinkCloseEvent) once.
 */
export class Link extends TypedEventTarget<LinkEventMap> {
  readonly #stream: Duplex;
  readonly #scheduler: Scheduler;
  readonly #limits: LinkLimits;
  readonly #log: Logger;
  readonly #table: ChannelTable;
  readonly #requests: IncomingRequests;
  readonly #reader: LinkReader;
  readonly #gate: ReadingGate;
  readonly #liveness: Liveness;
  readonly #queue: SendQueue;
  readonly #host: FlowHost;
  readonly #closed = Promise.withResolvers<void>();
  #isPeerExtended = false;
  #hasSaidGoodbye = false;
  #isClosing = false;
  #isClosed = false;
  #bytesRead = 0;

  constructor(
    stream: Duplex,
    { isInitiator, scheduler, accept = () => false, limits, log = silentLogger }: LinkOptions,
  ) {
    super();
    this.#stream = stream;
    this.#scheduler = scheduler;
    this.#limits = { ...LINK_LIMITS, ...limits };
    this.#log = log;
    this.#table = new ChannelTable(isInitiator);
    this.#requests = new IncomingRequests(accept);
    this.#queue = new SendQueue(stream, () => scheduler.now());
    this.#liveness = new Liveness({
      scheduler,
      sendBeacon: () => this.#tell({ kind: "beacon", isRequest: true }),
      dead: (afterMs) => this.#giveUp(pathDead(afterMs)),
    });
    this.#gate = new ReadingGate(stream, scheduler, this.#limits.maxQueuedBytes, {
      isPeerExtended: () => this.#isPeerExtended,
      sayHello: () => this.#sayHello(),
      deaf: (isDeaf) => {
        this.#liveness.isDeaf = isDeaf;
      },
    });
    this.#host = this.#flowHost();
    this.#reader = new LinkReader(
      {
        flow: (number) => {
          this.#liveness.moved(0);
          return this.#table.flow(number);
        },
        packet: (channel, packet) => this.#packet(channel, packet),
        endOfChannel: (number) => this.#endOfChannel(number),
      },
      this.#limits,
    );
    this.#tell({ kind: "version", version: VERSION });
    this.#sayHello();
    this.#attach();
  }

  /** The open channels by number. */
  get channels(): ReadonlyMap<number, Channel> {
    return this.#table.open;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when the link is over, however it ended. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Whether the other side runs this library too: channels that can be half-open, and don't stand in each other's way. */
  get isPeerExtended(): boolean {
    return this.#isPeerExtended;
  }

  stats(): LinkStats {
    return {
      bytesRead: this.#bytesRead,
      bytesWritten: this.#queue.bytesWritten,
      channels: this.#table.open.size,
      unreadBytes: this.#gate.unreadBytes,
      strayBytes: this.#reader.strayBytes,
      strayObjects: this.#reader.strayObjects,
    };
  }

  /**
   * Asks the other side for a channel of that name, and resolves when it has said yes.
   * @throws ConnectError (as a rejection) `ERR_DECLINED`, `ERR_TIMED_OUT`, `ERR_LINK_LOST`, `ERR_CLOSED`, `ERR_LIMIT`,
   * `ERR_MESSAGE_TOO_LONG`; the signal's reason when that was first
   */
  async open(name: string, options: OpenOptions = {}): Promise<Channel> {
    options.signal?.throwIfAborted();
    if (this.#isClosing) throw new ConnectError("ERR_CLOSED", "the link is closed");
    const number = this.#table.takeNumber((candidate) => this.#requests.has(candidate));
    const packet = encodeChannelRequest({ name, number, state: "request" });
    if (packet.length > MAX_FRAME_DATA_BYTES) {
      throw new ConnectError("ERR_MESSAGE_TOO_LONG", "the channel's name is too long: 65,000 bytes are the most");
    }
    const flow = new ChannelFlow(this.#identity(name, number, true), this.#host);
    const opening = new Opening(flow, this.#scheduler, options, (reason) => this.#abandon(number, reason));
    this.#table.addOpening(opening);
    this.#control(encodeFrame(CONTROL_CHANNEL, packet));
    return opening.promise;
  }

  /**
   * Asks the other side whether it is there. Resolves to false when it gave no sign of life in time; the link is lost then.
   * True as well when it is known not to answer such questions.
   * @param timeoutMs more is given when much data is on its way before the question
   */
  beacon(timeoutMs = BEACON_TIMEOUT_MS): Promise<boolean> {
    return this.#isClosed ? Promise.resolve(false) : this.#liveness.ask(timeoutMs);
  }

  /** Ends all channels in good order, gives what was written some time to leave, and closes the stream. */
  async close(): Promise<void> {
    if (this.#isClosing) return this.#closed.promise;
    this.#isClosing = true;
    for (const opening of this.#table.openings()) this.#abandon(opening.flow.channel.number, closedHere());
    const flows = this.#table.flows();
    await this.#withPatience(Promise.all(flows.map(({ channel }) => endWriting(channel))));
    for (const flow of this.#table.flows()) flow.linkClosing();
    this.#end(undefined);
    return this.#closed.promise;
  }

  /** Gives the link up: its channels get `error`. */
  destroy(error: ConnectError): void {
    this.#end(error);
  }

  #attach(): void {
    const stream = this.#stream;
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    stream.on("end", () => this.#end(this.#endError()));
    stream.on("error", (cause) => this.#end(lost(cause))); // also after the end, where it means nothing any more
    stream.on("close", () => {
      this.#end(lost());
      this.#closed.resolve();
    });
  }

  /** What an end of the stream means. Peers of other make announce it in TLS alone. */
  #endError(): ConnectError | undefined {
    if (this.#bytesRead === 0) return refused();
    return this.#isPeerExtended && !this.#hasSaidGoodbye ? cutOff() : undefined;
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosed) return;
    this.#bytesRead += chunk.length;
    try {
      this.#reader.read(chunk);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      this.#end(error);
      return;
    }
    this.#liveness.heard(chunk.length);
  }

  // --- what the other side says about the link

  #packet(channel: number, packet: Buffer): void {
    const reader = new Reader(packet);
    if (channel === CONTROL_CHANNEL) while (reader.offset < reader.end && !this.#isClosed) this.#controlObject(reader);
    else this.#protocolObject(reader);
  }

  #controlObject(reader: Reader): void {
    if (reader.isNextMap()) {
      const { offset } = reader;
      this.#protocolObject(reader);
      reader.rewind(offset);
      reader.skip();
      return;
    }
    const request = readChannelRequest(reader);
    if (request === undefined) this.#reader.strayObject();
    else if (request.state === "request") this.#requested(request);
    else this.#answered(request);
  }

  #protocolObject(reader: Reader): void {
    const message = readProtocolMessage(reader);
    if (message === undefined) this.#reader.strayObject();
    else this.#protocolMessage(message);
  }

  #protocolMessage(message: ProtocolMessage): void {
    switch (message.kind) {
      case "version":
        this.#liveness.canAsk = message.version >= VERSION;
        break;
      case "beacon":
        if (message.isRequest) this.#tell({ kind: "beacon", isRequest: false });
        else this.#liveness.answered();
        break;
      case "hello":
        this.#isPeerExtended = message.version >= EXTENSION_VERSION;
        this.#liveness.isAnswerCertain = this.#isPeerExtended;
        this.#liveness.vouched();
        break;
      case "credit":
        this.#liveness.confirm(message.bytes);
        this.#table.flow(message.number)?.credit(message.bytes);
        break;
      case "finish":
        this.#table.flow(message.number)?.finishedByPeer();
        break;
      case "reset":
        if (this.#table.open.has(message.number)) this.#table.flow(message.number)?.resetByPeer();
        break;
      case "goodbye":
        this.#hasSaidGoodbye = true;
        break;
    }
  }

  #endOfChannel(number: number): void {
    const flow = this.#table.flow(number);
    if (flow === undefined) this.#requests.cancel(number);
    else flow.closedByPeer();
  }

  // --- opening channels

  #requested({ name, number }: ChannelRequest): void {
    const limits = this.#limits;
    const nameCharacters = this.#table.incomingNameCharacters + this.#requests.nameCharacters + name.length;
    const isPossible =
      !this.#isClosing &&
      !isReservedNumber(number) &&
      !this.#table.has(number) &&
      !this.#requests.has(number) &&
      this.#requests.size < limits.maxPendingRequests &&
      this.#table.incoming + this.#requests.size < limits.maxIncomingChannels &&
      nameCharacters <= limits.maxNameCharacters;
    if (!isPossible) this.#control(encodeChannelRequestFrame({ name, number, state: "decline" }));
    else this.#requests.decide({ name, number }, (isAccepted) => this.#decided(name, number, isAccepted));
  }

  #decided(name: string, number: number, isAccepted: boolean): Channel | undefined {
    this.#control(encodeChannelRequestFrame({ name, number, state: isAccepted ? "accept" : "decline" }));
    if (!isAccepted || this.#isClosed) return undefined;
    const flow = new ChannelFlow(this.#identity(name, number, false), this.#host);
    this.#table.setOpen(flow);
    this.dispatchEvent(new ChannelEvent(flow.channel));
    return flow.channel;
  }

  #answered({ number, state }: ChannelRequest): void {
    if (this.#table.takeAbandoned(number)) {
      if (state === "accept") this.#control(encodeFrame(number, new Uint8Array(0)));
      return;
    }
    const opening = this.#table.takeOpening(number);
    if (opening === undefined) {
      this.#note("an answer for a channel that nobody asked for");
    } else if (state === "accept") {
      if (this.#table.flow(number) === opening.flow) this.#table.setOpen(opening.flow);
      opening.accepted();
    } else {
      opening.flow.discard();
      opening.failed(declined(opening.flow.channel.name));
    }
  }

  /** We no longer want a channel that we asked for. The other side may still say yes. */
  #abandon(number: number, reason: unknown): void {
    const opening = this.#table.takeOpening(number);
    if (opening === undefined) return;
    this.#table.abandon(number);
    this.#table.delete(opening.flow);
    opening.flow.channel.destroy();
    opening.failed(reason);
  }

  #identity(name: string, number: number, isInitiator: boolean): ChannelIdentity {
    return { name, number, isInitiator, createdAt: this.#scheduler.wallClock() };
  }

  // --- sending

  #flowHost(): FlowHost {
    const link = this;
    return {
      get isPeerExtended() {
        return link.#isPeerExtended;
      },
      windowBudget: link.#gate.windowBudget,
      sendControl: (frame) => link.#control(frame),
      ready: (flow) => link.#queue.add(flow),
      unreadChanged: (difference) => link.#gate.unreadChanged(difference),
      sent: (bytes) => link.#liveness.moved(bytes),
      retired: (flow) => {
        link.#queue.remove(flow);
        link.#table.delete(flow);
      },
    };
  }

  #tell(message: ProtocolMessage): void {
    this.#control(encodeProtocolMessage(message));
  }

  #sayHello(): void {
    this.#tell({ kind: "hello", version: EXTENSION_VERSION });
  }

  #control(frame: Buffer): void {
    this.#queue.sendControl(frame);
    if (this.#queue.unsentControlBytes <= this.#limits.maxUnsentControlBytes) return;
    this.#end(new ConnectError("ERR_LIMIT", "the other side asks and asks, and doesn't read the answers"));
  }

  // --- the end

  #end(error: ConnectError | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isClosing = true;
    if (error !== undefined) this.#note(error.message);
    this.#liveness.stop();
    this.#gate.close();
    this.#requests.clear();
    for (const opening of this.#table.openings()) {
      this.#table.takeOpening(opening.flow.channel.number);
      opening.flow.discard();
      opening.failed(error ?? closedByPeer());
    }
    for (const flow of this.#table.flows()) {
      if (error === undefined) flow.linkEnded();
      else flow.linkLost(error);
    }
    this.#hangUp();
    this.dispatchEvent(new LinkCloseEvent(error));
  }

  /** Nobody is there any more who could be told. */
  #giveUp(error: ConnectError): void {
    this.#stream.destroy();
    this.#end(error);
  }

  /** Ends the stream in good order, whatever the reason: other implementations notice nothing else at once. */
  #hangUp(): void {
    if (this.#stream.destroyed) return;
    if (this.#isPeerExtended) this.#tell({ kind: "goodbye" });
    this.#stream.resume();
    this.#stream.end();
    const timer = this.#scheduler.at(this.#scheduler.now() + CLOSE_PATIENCE_MS, () => this.#stream.destroy());
    this.#closed.promise.then(() => timer.cancel());
  }

  async #withPatience(work: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#scheduler.at(this.#scheduler.now() + CLOSE_PATIENCE_MS, resolve);
    await Promise.race([work, promise, this.#closed.promise]);
    timer.cancel();
  }

  #note(message: string): void {
    if (this.#log.isEnabled("debug")) this.#log.log("debug", `link: ${message}`);
  }
}

/** Resolves when all that was written to the channel has been handed on, or never will be. */
function endWriting(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    channel.end();
    finished(channel, { readable: false }, () => resolve());
  });
}
