import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import type { Peer } from "../../src/routing/index.ts";
import { type RateLimits, type Request, type RequestHandlers, Rpc } from "../../src/rpc/index.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import {
  decodeMessage,
  type Envelope,
  encodeMessage,
  encodeParts,
  type Message,
  type QueryMessage,
  type Reply,
} from "../../src/wire/index.ts";

export const ownId = InfoHash.get("the node under test");
export const theirId = InfoHash.get("another node");
export const theirAddress = SockAddr.ipv4(0x0a000002, 4222);
export const key = InfoHash.get("key");

export interface SentDatagram {
  readonly at: number;
  readonly to: SockAddr;
  readonly bytes: Uint8Array;
  readonly expectsAnswer: boolean;
}

/** An Rpc in virtual time, with everything that it sends and says written down. */
export class RpcRig {
  readonly scheduler = new VirtualScheduler();
  readonly sent: SentDatagram[] = [];
  /** What was heard through events, in order: `peer 1`, `query ping`, `reported 1.2.3.4`, … */
  readonly events: string[] = [];
  readonly queries: QueryMessage[] = [];
  readonly rpc: Rpc;
  /** What to do with a query; by default a ping is answered. */
  onQuery = (query: QueryMessage, peer: Peer): void => {
    if (query.kind === "ping") this.rpc.reply(peer, query.tid, {});
  };

  constructor(limits: RateLimits = {}, clientMode = false, network = 0) {
    this.rpc = new Rpc({
      ownId,
      network,
      clientMode,
      limits,
      scheduler: this.scheduler,
      random: new SeededRandom(7),
      send: (bytes, to, expectsAnswer) => this.sent.push({ at: this.scheduler.now(), to, bytes, expectsAnswer }),
      events: {
        onPeer: (peer, confirmation) => this.events.push(`peer ${nameOf(peer)} ${confirmation}`),
        onQuery: (query, peer) => {
          this.events.push(`query ${query.kind}`);
          this.queries.push(query);
          this.onQuery(query, peer);
        },
        onReportedAddress: (address) => this.events.push(`reported ${address}`),
        onTokenRejected: (peer) => this.events.push(`token rejected ${nameOf(peer)}`),
        onProtocolError: ({ status }) => this.events.push(`broken protocol ${status ?? ""}`.trimEnd()),
        onPeerExpired: (peer) => this.events.push(`expired ${nameOf(peer)}`),
      },
    });
  }

  /** The peer under `theirId`, as one that has just been heard. */
  peer(id = theirId, address = theirAddress): Peer {
    return this.rpc.peers(address.family).heard(id, address, false, this.scheduler.now());
  }

  /** The messages sent so far, decoded. */
  get messages(): Message[] {
    return this.sent.map(({ bytes }) => decoded(bytes));
  }

  get lastMessage(): Message | undefined {
    const last = this.sent.at(-1);
    return last && decoded(last.bytes);
  }

  /** Lets the node receive a message, header first, then its parts. */
  receive(message: Message, from = theirAddress): void {
    this.rpc.receive(encodeMessage(message), from);
    for (const part of encodeParts(message)) this.rpc.receive(part, from);
  }
}

/** The envelope of a message of theirs. */
export function envelope(tid: number, id = theirId): Envelope {
  return { tid, id, network: 0, client: false, agent: "o2" };
}

export function reply(tid: number, body: Partial<Reply> = {}, id = theirId): Reply {
  return { kind: "reply", ...envelope(tid, id), values: [], announced: [], ...body };
}

/** Handlers that write down what is called, and with which state. */
export class Outcome implements RequestHandlers {
  readonly calls: string[] = [];

  onReply(_reply: Reply, request: Request): void {
    this.calls.push(`reply ${request.state}`);
  }

  onRetry(request: Request): void {
    this.calls.push(`retry ${request.attempts}`);
  }

  onExpired(request: Request): void {
    this.calls.push(`over ${request.state}`);
  }
}

function nameOf(peer: Peer): string {
  return peer.id.equals(theirId) ? "them" : peer.id.toString().slice(0, 4);
}

function decoded(bytes: Uint8Array): Message {
  const message = decodeMessage(bytes);
  if (message.kind === "malformed") throw new Error(`sent a malformed datagram: ${message.reason}`);
  return message;
}
