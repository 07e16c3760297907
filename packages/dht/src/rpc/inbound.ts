import type { SockAddr } from "../address/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { RandomSource } from "../random/index.ts";
import type { Confirmation, Peer, PeerCache } from "../routing/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import {
  decodeMessage,
  type ErrorReply,
  type LegacyUpdate,
  type Message,
  type NodeEntry,
  type PartMessage,
  type QueryMessage,
  type Reply,
} from "../wire/index.ts";
import type { Blacklist } from "./blacklist.ts";
import { ERROR_NOT_FOUND, ERROR_UNAUTHORIZED } from "./error-codes.ts";
import type { RpcEvents } from "./events.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { Reassembly } from "./reassembly.ts";
import { refusedBy } from "./refused-by.ts";
import type { Request } from "./request.ts";
import type { Requests } from "./requests.ts";
import type { DropReason, TrafficStats } from "./traffic-stats.ts";

/** Most nodes believed of one reply, per family; nobody honest sends more. */
export const MAX_NODES_PER_REPLY = 8; // node behaviour, SEND_NODES
/** Refused tokens in a row that a peer gets away with. */
export const MAX_AUTH_ERRORS = 3; // node behaviour

/** A peer heard within this time needn't be asked whether it still lives where it did. */
const RECENT_SIGN_OF_LIFE_MS = 5000;

/** The parts of the rpc that a datagram passes. */
export interface InboundParts {
  readonly ownId: InfoHash;
  readonly network: number;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly peers4: PeerCache;
  readonly peers6: PeerCache;
  readonly blacklist: Blacklist;
  readonly limiter: RateLimiter;
  readonly requests: Requests;
  readonly stats: TrafficStats;
  readonly events: RpcEvents;
  /** Asks for a sign of life. */
  readonly ping: (peer: Peer) => void;
  readonly expirePeer: (peer: Peer) => void;
  readonly blacklistPeer: (peer: Peer) => void;
}

/** The way of a datagram into the node: checks in the order of the wire format, then to whom it may concern. */
export class Inbound {
  readonly #parts: InboundParts;
  readonly #reassembly: Reassembly;

  constructor(parts: InboundParts) {
    this.#parts = parts;
    this.#reassembly = new Reassembly(parts.scheduler, parts.random, (message, from) =>
      this.#count(this.#dispatch(message, from)),
    );
  }

  close(): void {
    this.#reassembly.close();
  }

  /** Never throws on account of what the datagram holds. */
  receive(datagram: Uint8Array, from: SockAddr): void {
    this.#count(this.#take(datagram, from));
  }

  #take(datagram: Uint8Array, from: SockAddr): DropReason | undefined {
    const { blacklist, limiter, network, ownId, scheduler, stats } = this.#parts;
    if (from.isMartian()) return "martian";
    if (blacklist.has(from)) return "blacklisted";
    const message = decodeMessage(datagram);
    if (message.kind === "malformed") return "malformed";
    stats.received[message.kind]++;
    if (message.network !== network) return "otherNetwork";
    if (message.kind === "part") return this.#onPart(message, from);
    if (message.id.isZero() || message.id.equals(ownId)) return "badId";
    if (isLimited(message) && !this.#isWithinLimits(from)) return "rateLimited";
    // Each value of a put is work of its own, and acknowledged by a message of its own.
    if (message.kind === "put") {
      limiter.charge(from, message.values.length + message.announced.length - 1, scheduler.now());
    }
    if ("announced" in message && message.announced.length > 0) return this.#onHeader(message, from);
    return this.#dispatch(message, from);
  }

  /** The values of the message are whole. */
  #dispatch(message: Exclude<Message, PartMessage>, from: SockAddr): DropReason | undefined {
    const now = this.#parts.scheduler.now();
    switch (message.kind) {
      case "reply":
        return this.#onReply(message, from, now);
      case "error":
        return this.#onError(message, from, now);
      case "legacyUpdate":
        return this.#onLegacyUpdate(message, from, now);
      default:
        return this.#onQuery(message, from, now);
    }
  }

  #onPart(message: PartMessage, from: SockAddr): DropReason | undefined {
    // Parts of a message that we know are paid for by its header.
    if (!(this.#reassembly.has(from, message.tid) || this.#isWithinLimits(from))) return "rateLimited";
    return this.#reassembly.addParts(message, from) ? undefined : "strayPart";
  }

  #onHeader(message: Extract<Message, { announced: unknown }>, from: SockAddr): DropReason | undefined {
    if (message.kind === "reply" && !this.#isAwaited(message, from)) return "badHeader";
    return this.#reassembly.addHeader(message, from) ? undefined : "badHeader";
  }

  /** Nobody gets memory for values that we haven't asked for. */
  #isAwaited(reply: Reply, from: SockAddr): boolean {
    const peer = this.#peersOf(from).at(reply.id, from);
    if (peer === undefined || !peer.address.equals(from)) return false;
    return peer.getRequest(reply.tid) !== undefined || peer.getSocket(reply.tid) !== undefined;
  }

  #onQuery(query: QueryMessage, from: SockAddr, now: number): undefined {
    const peer = this.#heard(query, from, 1, now);
    // Stale updates (their socket is closed) go on to the node as well: each is acknowledged.
    if (query.kind === "update") peer.getSocket(query.socketId)?.(query, peer);
    this.#parts.events.onQuery(query, peer, from);
  }

  #onLegacyUpdate(update: LegacyUpdate, from: SockAddr, now: number): DropReason | undefined {
    const peer = this.#heard(update, from, 1, now);
    const socket = peer.getSocket(update.tid);
    socket?.(update, peer);
    return socket === undefined ? "unknownSocket" : undefined;
  }

  #onReply(reply: Reply, from: SockAddr, now: number): DropReason | undefined {
    const { requests, events, blacklistPeer } = this.#parts;
    const request = requests.match(this.#peersOf(from).at(reply.id, from), reply.tid);
    if (request === undefined) return this.#onUnasked(reply, from, now);
    const peer = this.#onAnswer(request, reply, from, now);
    if (reply.hasBrokenNodes) request.refuse();
    else if (request.needsToken && !reply.token?.length) {
      // An answer from elsewhere must not shut out whoever lives there.
      if (request.to.equals(from) && peer.address.equals(from)) blacklistPeer(peer);
      else request.refuse();
    } else {
      if (usesToken(request)) peer.authErrors = 0;
      if (reply.reportedAddress?.family === from.family) events.onReportedAddress(reply.reportedAddress);
      this.#onNodes(reply.nodes4, from, now);
      this.#onNodes(reply.nodes6, from, now);
      request.complete(reply);
    }
    return undefined;
  }

  #onError(error: ErrorReply, from: SockAddr, now: number): DropReason | undefined {
    const { requests, events, expirePeer } = this.#parts;
    const request = requests.match(this.#peersOf(from).at(error.id, from), error.tid);
    if (request === undefined) return this.#onUnasked(error, from, now);
    const peer = this.#onAnswer(request, error, from, now);
    // OpenDHT takes no notice of a 401 to a refresh and waits in vain for another answer; here it counts like the others.
    const isRejected = error.code === ERROR_UNAUTHORIZED && usesToken(request);
    if (isRejected) peer.authErrors++;
    request.refuse(error);
    if (isRejected && peer.authErrors > MAX_AUTH_ERRORS) expirePeer(peer);
    if (isRejected) events.onTokenRejected(peer);
    if (!isRoutine(error, request, peer)) events.onProtocolError(refusedBy(request, error));
    return undefined;
  }

  /**
   * The peer that answered. It is alive, and since it knows the number of our question, it lives where we asked: from
   * wherever the answer seems to come, that is no reason to believe that it has moved.
   */
  #onAnswer(request: Request, message: Reply | ErrorReply, from: SockAddr, now: number): Peer {
    const isKnown = !request.peer.id.isZero();
    const peer = isKnown ? request.peer : this.#peersOf(from).heard(message.id, from, message.client, now);
    if (isKnown) peer.heard(now);
    else request.moveTo(peer);
    peer.repliedAt = now;
    if (request.to.equals(from)) {
      peer.moveTo(from);
      peer.hasProvenAddress = true;
    }
    if (!peer.isClient) this.#parts.events.onPeer(peer, 2);
    return peer;
  }

  /**
   * Answers that come too late are a sign of life; others are noise, or an attempt to fill our tables. OpenDHT doesn't
   * limit them; here they count like queries.
   */
  #onUnasked(message: Reply | ErrorReply, from: SockAddr, now: number): DropReason | undefined {
    if (!this.#isWithinLimits(from)) return "rateLimited";
    const peer = this.#heard(message, from, 1, now);
    const socket = message.kind === "reply" ? peer.getSocket(message.tid) : undefined;
    if (message.kind !== "reply" || socket === undefined) return "unmatchedReply";
    socket(message, peer);
    return undefined;
  }

  #onNodes(nodes: readonly NodeEntry[] | undefined, from: SockAddr, now: number): void {
    if (nodes === undefined) return;
    const { ownId, blacklist, events } = this.#parts;
    const count = Math.min(nodes.length, MAX_NODES_PER_REPLY);
    for (let i = 0; i < count; i++) {
      const entry = nodes[i];
      if (entry === undefined || entry.id.isZero() || entry.id.equals(ownId)) continue;
      // A node on the replier's own machine: for us, it is where the replier is.
      const isNeighbour = entry.address.isLoopback() && entry.address.family === from.family;
      const address = isNeighbour ? from.withPort(entry.address.port) : entry.address;
      if (address.isMartian() || blacklist.has(address)) continue;
      const peer = this.#peersOf(address).mentioned(entry.id, address, now);
      if (!peer.isClient) events.onPeer(peer, 0);
    }
  }

  #heard(
    message: QueryMessage | Reply | ErrorReply | LegacyUpdate,
    from: SockAddr,
    as: Confirmation,
    now: number,
  ): Peer {
    const peers = this.#peersOf(from);
    const peer = peers.heard(message.id, from, message.client, now);
    if (!peer.isClient) this.#parts.events.onPeer(peer, as);
    else this.#verify(peers.get(message.id), peer, now);
    return peer;
  }

  /** Somebody else speaks in a peer's name: has it moved? If it has been silent for a while, it is asked where it was. */
  #verify(peer: Peer | undefined, speaker: Peer, now: number): void {
    if (peer === undefined || peer === speaker || peer.hasPendingRequest) return;
    if (peer.heardAt < now - RECENT_SIGN_OF_LIFE_MS) this.#parts.ping(peer);
  }

  #peersOf(address: SockAddr): PeerCache {
    return address.family === 4 ? this.#parts.peers4 : this.#parts.peers6;
  }

  #isWithinLimits(from: SockAddr): boolean {
    return this.#parts.limiter.accept(from, this.#parts.scheduler.now());
  }

  #count(reason: DropReason | undefined): void {
    if (reason !== undefined) this.#parts.stats.dropped[reason]++;
  }
}

function isLimited(message: Exclude<Message, PartMessage>): boolean {
  return message.kind !== "reply" && message.kind !== "error";
}

/** Tokens grow old and values expire: such a refusal leads to a fresh token or another put, and is no trouble. */
function isRoutine({ code }: ErrorReply, request: Request, peer: Peer): boolean {
  if (code === ERROR_UNAUTHORIZED && usesToken(request)) return peer.authErrors <= MAX_AUTH_ERRORS;
  return code === ERROR_NOT_FOUND && request.kind === "refresh";
}

function usesToken(request: Request): boolean {
  return request.kind === "put" || request.kind === "listen" || request.kind === "refresh";
}
