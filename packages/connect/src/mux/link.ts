// Source: DHTNet connection protocol, multiplexed socket.
import { type Duplex, finished } from "node:stream";
import { type Logger, type Scheduler, silentLogger, TypedEventTarget } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import type { Channel } from "./channel.ts";
import type { FlowHost } from "./channel-flow.ts";
import { ChannelHandshake, type LinkState } from "./channel-handshake.ts";
import { ChannelTable } from "./channel-table.ts";
import { LINK_LIMITS, type LinkLimits } from "./limits.ts";
import { closedByPeer, closedHere, cutOff, lost, pathDead, refused } from "./link-errors.ts";
import { ChannelEvent, LinkCloseEvent, type LinkEventMap } from "./link-events.ts";
import type { LinkOptions, LinkStats } from "./link-options.ts";
import { LinkReader } from "./link-reader.ts";
import { BEACON_TIMEOUT_MS, Liveness } from "./liveness.ts";
import type { OpenOptions } from "./opening.ts";
import { PathWindow } from "./path-window.ts";
import { ProtocolChannel } from "./protocol-channel.ts";
import { ReadingGate } from "./reading-gate.ts";
import { SendQueue } from "./send-queue.ts";

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
  readonly #handshake: ChannelHandshake;
  readonly #protocol: ProtocolChannel;
  readonly #reader: LinkReader;
  readonly #gate: ReadingGate;
  readonly #liveness: Liveness;
  readonly #queue: SendQueue;
  readonly #closed = Promise.withResolvers<void>();
  #state: LinkState = "open";
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
    const now = () => scheduler.now();
    const window = new PathWindow(now, () => this.#protocol.sendBeacon());
    this.#queue = new SendQueue(stream, now, () => window.hasRoom);
    this.#liveness = new Liveness({
      scheduler,
      sendBeacon: () => this.#protocol.sendBeacon(),
      dead: (afterMs) => this.#giveUp(pathDead(afterMs)),
    });
    this.#protocol = new ProtocolChannel({
      liveness: this.#liveness,
      window,
      table: this.#table,
      sendControl: (frame) => this.#control(frame),
      resume: () => this.#queue.resume(),
    });
    this.#gate = new ReadingGate(stream, scheduler, this.#limits.maxQueuedBytes, {
      isPeerExtended: () => this.isPeerExtended,
      sayHello: () => this.#protocol.sayHello(),
      deaf: (isDeaf) => {
        this.#liveness.isDeaf = isDeaf;
        window.isDeaf = isDeaf;
        this.#queue.resume();
      },
    });
    this.#handshake = new ChannelHandshake({
      scheduler,
      limits: this.#limits,
      table: this.#table,
      flows: this.#flowHost(window),
      accept,
      state: () => this.#state,
      opened: (channel) => this.dispatchEvent(new ChannelEvent(channel)),
      note: (message) => this.#note(message),
    });
    this.#reader = new LinkReader(
      {
        flow: (number) => {
          this.#liveness.moved(0);
          return this.#table.flow(number);
        },
        channelRequest: (packet) => this.#handshake.receive(packet),
        protocolMessage: (message) => this.#protocol.receive(message),
        endOfChannel: (number) => this.#endOfChannel(number),
      },
      this.#limits,
    );
    this.#protocol.begin();
    this.#attach();
  }

  /** The open channels by number. */
  get channels(): ReadonlyMap<number, Channel> {
    return this.#table.open;
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /** Resolves when the link is over, however it ended. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Whether the other side runs this library too: channels that can be half-open, and don't stand in each other's way. */
  get isPeerExtended(): boolean {
    return this.#protocol.isPeerExtended;
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
    if (this.#state !== "open") throw new ConnectError("ERR_CLOSED", "the link is closed");
    return this.#handshake.open(name, options);
  }

  /**
   * Asks the other side whether it is there. Resolves to false when it gave no sign of life in time; the link is lost then.
   * True as well when it is known not to answer such questions.
   * @param timeoutMs more is given when much data is on its way before the question
   */
  beacon(timeoutMs = BEACON_TIMEOUT_MS): Promise<boolean> {
    return this.isClosed ? Promise.resolve(false) : this.#liveness.ask(timeoutMs);
  }

  /** Ends all channels in good order, gives what was written some time to leave, and closes the stream. */
  async close(): Promise<void> {
    if (this.#state !== "open") return this.#closed.promise;
    this.#state = "closing";
    this.#handshake.abandonAll(closedHere());
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
    return this.isPeerExtended && !this.#protocol.hasSaidGoodbye ? cutOff() : undefined;
  }

  #receive(chunk: Buffer): void {
    if (this.isClosed) return;
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

  #endOfChannel(number: number): void {
    const flow = this.#table.flow(number);
    if (flow === undefined) this.#handshake.withdrawn(number);
    else flow.closedByPeer();
  }

  // --- sending

  #flowHost(window: PathWindow): FlowHost {
    const link = this;
    return {
      get isPeerExtended() {
        return link.isPeerExtended;
      },
      windowBudget: link.#gate.windowBudget,
      sendControl: (frame) => link.#control(frame),
      ready: (flow) => link.#queue.add(flow),
      unreadChanged: (difference) => link.#gate.unreadChanged(difference),
      sent: (bytes) => {
        link.#liveness.moved(bytes);
        window.sent(bytes);
      },
      retired: (flow) => {
        link.#queue.remove(flow);
        link.#table.delete(flow);
      },
    };
  }

  #control(frame: Buffer): void {
    this.#queue.sendControl(frame);
    if (this.#queue.unsentControlBytes <= this.#limits.maxUnsentControlBytes) return;
    this.#end(new ConnectError("ERR_LIMIT", "the other side asks and asks, and doesn't read the answers"));
  }

  // --- the end

  #end(error: ConnectError | undefined): void {
    if (this.isClosed) return;
    this.#state = "closed";
    if (error !== undefined) this.#note(error.message);
    this.#liveness.stop();
    this.#gate.close();
    this.#reader.stop();
    this.#handshake.end(error ?? closedByPeer());
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
    this.#protocol.sayGoodbye();
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
