import { Reader } from "@hashmere/dht/msgpack";
import { ConnectError } from "../errors/index.ts";
import type { ChannelFlow } from "./channel-flow.ts";
import { type ChannelRequestPacket, readChannelRequest } from "./channel-request.ts";
import { CONTROL_CHANNEL, PROTOCOL_CHANNEL } from "./frame.ts";
import { FrameDecoder, type FrameSink } from "./frame-decoder.ts";
import type { LinkLimits } from "./limits.ts";
import { type ProtocolMessage, readProtocolMessage } from "./protocol-message.ts";

/** Where what comes on a link goes. */
export interface LinkRoutes {
  flow(number: number): ChannelFlow | undefined;
  channelRequest(packet: ChannelRequestPacket): void;
  protocolMessage(message: ProtocolMessage): void;
  /** An empty frame: the other side ends a channel, whether we know it or not. */
  endOfChannel(number: number): void;
}

/** Takes what a link receives apart: data goes on piece by piece, packets about the link when they are whole. */
export class LinkReader implements FrameSink {
  readonly #routes: LinkRoutes;
  readonly #limits: LinkLimits;
  readonly #decoder: FrameDecoder;
  #flow: ChannelFlow | undefined;
  #channel = 0;
  #packet: Buffer[] = [];
  #missingBytes = 0;
  #strayObjects = 0;
  #strayBytes = 0;
  #isStopped = false;

  constructor(routes: LinkRoutes, limits: LinkLimits) {
    this.#routes = routes;
    this.#limits = limits;
    this.#decoder = new FrameDecoder(this, limits.maxFrameBytes);
  }

  /** Objects that were no frames, and packets that made no sense. */
  get strayObjects(): number {
    return this.#strayObjects;
  }

  /** Bytes of data for channels that nobody knows. */
  get strayBytes(): number {
    return this.#strayBytes;
  }

  /** @throws ConnectError `ERR_PROTOCOL` at what no honest peer sends */
  read(chunk: Buffer): void {
    this.#decoder.write(chunk);
  }

  frame(channel: number, length: number): void {
    this.#channel = channel;
    this.#missingBytes = length;
    if (isAboutLink(channel)) this.#beginPacket(length);
    else if (length === 0) this.#routes.endOfChannel(channel);
    else this.#flow = this.#routes.flow(channel);
  }

  data(piece: Buffer): void {
    if (isAboutLink(this.#channel)) this.#collect(piece);
    else if (this.#flow === undefined) this.#strayBytes += piece.length;
    else this.#flow.receive(piece);
  }

  /** The link is over: what is left of a packet is not looked at. */
  stop(): void {
    this.#isStopped = true;
  }

  strayObject(): void {
    this.#strayObjects++;
    if (this.#strayObjects <= this.#limits.maxStrayObjects) return;
    throw new ConnectError("ERR_PROTOCOL", "the other side keeps sending what this protocol doesn't have");
  }

  #beginPacket(length: number): void {
    const { maxControlBytes } = this.#limits;
    if (length > maxControlBytes) {
      throw new ConnectError(
        "ERR_PROTOCOL",
        `the other side sent a control packet of more than ${maxControlBytes} bytes`,
      );
    }
    this.#packet = [];
  }

  #collect(piece: Buffer): void {
    this.#missingBytes -= piece.length;
    this.#packet.push(piece);
    if (this.#missingBytes > 0) return;
    const packet = this.#packet.length === 1 ? piece : Buffer.concat(this.#packet);
    this.#packet = [];
    this.#takeApart(new Reader(packet));
  }

  /** A packet of the control channel may hold several objects, and those of the protocol channel among them. */
  #takeApart(reader: Reader): void {
    if (this.#channel === PROTOCOL_CHANNEL) return this.#protocolObject(reader);
    while (reader.offset < reader.end && !this.#isStopped) this.#controlObject(reader);
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
    if (request === undefined) this.strayObject();
    else this.#routes.channelRequest(request);
  }

  #protocolObject(reader: Reader): void {
    const message = readProtocolMessage(reader);
    if (message === undefined) this.strayObject();
    else this.#routes.protocolMessage(message);
  }
}

function isAboutLink(channel: number): boolean {
  return channel === CONTROL_CHANNEL || channel === PROTOCOL_CHANNEL;
}
