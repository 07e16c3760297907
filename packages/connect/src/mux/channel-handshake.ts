// Source: DHTNet connection protocol, multiplexed socket (opening channels).
import type { Scheduler } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import type { Channel, ChannelIdentity } from "./channel.ts";
import { ChannelFlow, type FlowHost } from "./channel-flow.ts";
import { isReservedNumber } from "./channel-numbers.ts";
import {
  type ChannelRequestPacket,
  type ChannelRequestState,
  encodeChannelRequest,
  encodeChannelRequestFrame,
} from "./channel-request.ts";
import type { ChannelTable } from "./channel-table.ts";
import { CONTROL_CHANNEL, encodeFrame, MAX_FRAME_DATA_BYTES } from "./frame.ts";
import { type AcceptChannel, IncomingRequests } from "./incoming-requests.ts";
import type { LinkLimits } from "./limits.ts";
import { declined } from "./link-errors.ts";
import { Opening, type OpenOptions } from "./opening.ts";

/** While it is closing, what was under way before still comes to its end. */
export type LinkState = "open" | "closing" | "closed";

export interface HandshakeHost {
  readonly scheduler: Scheduler;
  readonly limits: LinkLimits;
  readonly table: ChannelTable;
  readonly flows: FlowHost;
  /** Decides about channels that the other side asks for. */
  readonly accept: AcceptChannel;
  state(): LinkState;
  /** A channel that the other side had asked for is open. */
  opened(channel: Channel): void;
  note(message: string): void;
}

/** How the two sides of a link agree on a channel: one asks for it by name and number, the other accepts or declines. */
export class ChannelHandshake {
  readonly #host: HandshakeHost;
  readonly #table: ChannelTable;
  readonly #requests: IncomingRequests;

  constructor(host: HandshakeHost) {
    this.#host = host;
    this.#table = host.table;
    this.#requests = new IncomingRequests(host.accept);
  }

  /** Asks for a channel: `open` of a link. */
  open(name: string, options: OpenOptions): Promise<Channel> {
    const { scheduler, flows } = this.#host;
    const number = this.#table.takeNumber((candidate) => this.#requests.has(candidate));
    const packet = encodeChannelRequest({ name, number, state: "request" });
    if (packet.length > MAX_FRAME_DATA_BYTES) {
      throw new ConnectError("ERR_MESSAGE_TOO_LONG", "the channel's name is too long: 65,000 bytes are the most");
    }
    const flow = new ChannelFlow(this.#identity(name, number, true), flows);
    const opening = new Opening(flow, scheduler, options, (reason) => this.#abandon(number, reason));
    this.#table.addOpening(opening);
    flows.sendControl(encodeFrame(CONTROL_CHANNEL, packet));
    return opening.promise;
  }

  /** What the other side says about a channel, its own or ours. */
  receive(packet: ChannelRequestPacket): void {
    if (packet.state === "request") this.#requested(packet);
    else this.#answered(packet);
  }

  /** The other side no longer wants a channel that nobody has decided about. */
  withdrawn(number: number): void {
    this.#requests.cancel(number);
  }

  /** We no longer want those that are not answered. */
  abandonAll(reason: ConnectError): void {
    for (const { flow } of this.#table.openings()) this.#abandon(flow.channel.number, reason);
  }

  /** The link is over: nothing will be answered any more. */
  end(reason: ConnectError): void {
    this.#requests.clear();
    for (const opening of this.#table.openings()) {
      this.#table.takeOpening(opening.flow.channel.number);
      opening.flow.discard();
      opening.failed(reason);
    }
  }

  #requested({ name, number }: ChannelRequestPacket): void {
    if (!this.#isPossible(name, number)) this.#answer(name, number, "decline");
    else this.#requests.decide({ name, number }, (isAccepted) => this.#decided(name, number, isAccepted));
  }

  #isPossible(name: string, number: number): boolean {
    const { limits } = this.#host;
    const nameCharacters = this.#table.incomingNameCharacters + this.#requests.nameCharacters + name.length;
    return (
      this.#host.state() === "open" &&
      !isReservedNumber(number) &&
      !this.#table.has(number) &&
      !this.#requests.has(number) &&
      this.#requests.size < limits.maxPendingRequests &&
      this.#table.incoming + this.#requests.size < limits.maxIncomingChannels &&
      nameCharacters <= limits.maxNameCharacters
    );
  }

  #decided(name: string, number: number, isAccepted: boolean): Channel | undefined {
    this.#answer(name, number, isAccepted ? "accept" : "decline");
    if (!isAccepted || this.#host.state() === "closed") return undefined;
    const flow = new ChannelFlow(this.#identity(name, number, false), this.#host.flows);
    this.#table.setOpen(flow);
    this.#host.opened(flow.channel);
    return flow.channel;
  }

  #answer(name: string, number: number, state: ChannelRequestState): void {
    this.#host.flows.sendControl(encodeChannelRequestFrame({ name, number, state }));
  }

  #answered({ number, state }: ChannelRequestPacket): void {
    if (this.#table.takeAbandoned(number)) {
      if (state === "accept") this.#host.flows.sendControl(encodeFrame(number, new Uint8Array(0)));
      return;
    }
    const opening = this.#table.takeOpening(number);
    if (opening === undefined) {
      this.#host.note("an answer for a channel that nobody asked for");
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
    return { name, number, isInitiator, createdAt: this.#host.scheduler.wallClock() };
  }
}
