import type { Family, SockAddr } from "../address/index.ts";
import { DhtProtocolError } from "../errors/index.ts";
import type { InfoHash } from "../id/index.ts";
import { type Logger, silentLogger } from "../log/index.ts";
import type { RandomSource } from "../random/index.ts";
import { type Peer, PeerCache, type SocketHandler } from "../routing/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { Query, Value } from "../value/index.ts";
import { type Envelope, encodeMessage, encodeParts, type Reply, type UpdateQuery, USER_AGENT } from "../wire/index.ts";
import { Blacklist, type BlacklistEntry } from "./blacklist.ts";
import type { RpcEvents } from "./events.ts";
import { Inbound } from "./inbound.ts";
import { type ListenerNews, splitNews } from "./listener-news.ts";
import { RateLimiter, type RateLimits } from "./rate-limiter.ts";
import { PROVEN_BYTES_PER_SEC, ReplyBudget, UNPROVEN_BYTES_PER_SEC } from "./reply-budget.ts";
import {
  fieldBytes,
  fitting,
  MAX_REPLY_FIELD_BYTES,
  MAX_REPLY_VALUE_BYTES,
  MAX_REPLY_VALUES,
  totalOf,
  valueBytes,
} from "./reply-size.ts";
import type { Request, RequestHandlers, Send } from "./request.ts";
import { Requests } from "./requests.ts";
import { TokenIssuer } from "./token-issuer.ts";
import { TrafficStats } from "./traffic-stats.ts";
import { UpdateWindow } from "./update-window.ts";

export interface RpcOptions {
  readonly ownId: InfoHash;
  /** Messages of other networks are ignored (default 0, the public one). */
  readonly network?: number | undefined;
  /** Says in each message that we are a client, not to be told to others (default false). */
  readonly clientMode?: boolean | undefined;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly send: Send;
  readonly events: RpcEvents;
  readonly limits?: RateLimits | undefined;
  readonly log?: Logger | undefined;
}

/** What a reply may say beside its envelope and the address where we see the asker. */
export type ReplyBody = Partial<
  Pick<Reply, "values" | "valueId" | "nodes4" | "nodes6" | "token" | "fields" | "fieldOrder">
>;

/** Questions to peers and answers of theirs, questions of theirs and our answers. */
export class Rpc {
  readonly ownId: InfoHash;
  readonly network: number;
  readonly peers4: PeerCache;
  readonly peers6: PeerCache;
  readonly tokens: TokenIssuer;
  readonly stats = new TrafficStats();
  readonly #client: boolean;
  readonly #scheduler: Scheduler;
  readonly #send: Send;
  readonly #events: RpcEvents;
  readonly #log: Logger;
  readonly #blacklist: Blacklist;
  readonly #random: RandomSource;
  readonly #unprovenBudget: ReplyBudget;
  readonly #provenBudget: ReplyBudget;
  readonly #updates: UpdateWindow;
  readonly #limiter: RateLimiter;
  readonly #requests: Requests;
  readonly #inbound: Inbound;

  constructor(options: RpcOptions) {
    const { scheduler, random, send, events } = options;
    this.ownId = options.ownId;
    this.network = options.network ?? 0;
    this.#client = options.clientMode ?? false;
    this.#scheduler = scheduler;
    this.#send = send;
    this.#events = events;
    this.#log = options.log ?? silentLogger;
    this.peers4 = new PeerCache(4, random);
    this.peers6 = new PeerCache(6, random);
    this.tokens = new TokenIssuer(scheduler, random);
    this.#blacklist = new Blacklist(random);
    this.#random = random;
    this.#unprovenBudget = new ReplyBudget(UNPROVEN_BYTES_PER_SEC, random);
    this.#provenBudget = new ReplyBudget(PROVEN_BYTES_PER_SEC, random);
    this.#updates = new UpdateWindow(random);
    this.#limiter = new RateLimiter(options.limits ?? {}, random);
    const expirePeer = (peer: Peer) => this.expirePeer(peer);
    // Who serves without limits is among those who do the same: a test, a measurement.
    const isPaced = !this.#limiter.isUnlimited;
    this.#requests = new Requests({ scheduler, random, stats: this.stats, send, onDead: expirePeer, isPaced });
    this.#inbound = new Inbound({
      ownId: this.ownId,
      network: this.network,
      scheduler,
      random,
      peers4: this.peers4,
      peers6: this.peers6,
      blacklist: this.#blacklist,
      limiter: this.#limiter,
      requests: this.#requests,
      stats: this.stats,
      events,
      ping: (peer) => this.ping(peer, IGNORE_OUTCOME),
      expirePeer,
      blacklistPeer: (peer) => this.blacklist(peer),
    });
  }

  peers(family: Family): PeerCache {
    return family === 4 ? this.peers4 : this.peers6;
  }

  /** Number of requests under way. */
  get pendingRequests(): number {
    return this.#requests.size;
  }

  /** Number of pings to addresses that haven't been answered yet. */
  get pendingAddressPings(): number {
    return this.#requests.anonymousCount;
  }

  /** Takes a datagram from the network. Never throws on account of what it holds, and keeps no reference to it. */
  receive(datagram: Uint8Array, from: SockAddr): void {
    this.#inbound.receive(datagram, from);
  }

  /** The system can't send there at all (no route, for example): the peers there that we wait for are taken for dead. */
  sendFailed(to: SockAddr): void {
    this.#requests.sendFailed(to);
  }

  ping(peer: Peer, handlers: RequestHandlers): Request {
    return this.#requests.start(peer, { kind: "ping", ...this.#envelope(peer.nextTid()) }, handlers);
  }

  /** Pings whoever lives there: any id may answer, and `request.peer` is the one that did. */
  pingAddress(to: SockAddr, handlers: RequestHandlers): Request {
    const envelope = this.#envelope(this.#requests.anonymousTid());
    return this.#requests.startAnonymous(to, { kind: "ping", ...envelope }, handlers);
  }

  /** @param want `WANT_IPV4 | WANT_IPV6`, or undefined for nodes of the peer's own family */
  find(peer: Peer, target: InfoHash, want: number | undefined, handlers: RequestHandlers): Request {
    return this.#requests.start(peer, { kind: "find", ...this.#envelope(peer.nextTid()), target, want }, handlers);
  }

  /** @param query undefined for every value, whole */
  get(
    peer: Peer,
    key: InfoHash,
    query: Query | undefined,
    want: number | undefined,
    handlers: RequestHandlers,
  ): Request {
    return this.#requests.start(peer, { kind: "get", ...this.#envelope(peer.nextTid()), key, query, want }, handlers);
  }

  /** @param created Unix time in whole seconds; undefined for now, and for values that we keep alive */
  put(
    peer: Peer,
    key: InfoHash,
    token: Uint8Array,
    value: Value,
    created: number | undefined,
    handlers: RequestHandlers,
  ): Request {
    const body = { key, token, values: [value], announced: [], created };
    return this.#requests.start(peer, { kind: "put", ...this.#envelope(peer.nextTid()), ...body }, handlers);
  }

  refresh(peer: Peer, key: InfoHash, token: Uint8Array, valueId: bigint, handlers: RequestHandlers): Request {
    const body = { key, token, valueId };
    return this.#requests.start(peer, { kind: "refresh", ...this.#envelope(peer.nextTid()), ...body }, handlers);
  }

  /** @param socketId of `openSocket`, the same at each renewal */
  listen(
    peer: Peer,
    key: InfoHash,
    token: Uint8Array,
    socketId: number,
    query: Query | undefined,
    handlers: RequestHandlers,
  ): Request {
    const body = { key, token, socketId, version: 1, query } as const;
    return this.#requests.start(peer, { kind: "listen", ...this.#envelope(peer.nextTid()), ...body }, handlers);
  }

  /** Opens a socket for the news of one listen; open it before sending the listen. 0 when the peer has no socket left. */
  openSocket(peer: Peer, handler: SocketHandler): number {
    return peer.openSocket(handler);
  }

  closeSocket(peer: Peer, socketId: number): void {
    peer.closeSocket(socketId);
  }

  /**
   * Tells a listener of ours the news, with a fresh token, in as many requests as needed.
   *
   * @param version of the listener: to one of version 0 goes an unacknowledged message
   */
  update(peer: Peer, key: InfoHash, socketId: number, version: 0 | 1, news: ListenerNews): void {
    const token = this.tokens.issue(peer.address);
    for (const { values, refreshed, expired } of splitNews(news)) {
      if (version === 1) {
        const query: UpdateQuery = {
          kind: "update",
          tid: peer.nextTid(),
          id: this.ownId,
          network: this.network,
          client: this.#client,
          agent: USER_AGENT,
          socketId,
          key: values.length > 0 ? key : undefined,
          token,
          version,
          values,
          announced: NO_VALUES,
          refreshed,
          expired,
        };
        const handlers = this.#updates.open(peer.address, totalOf(values, valueBytes));
        if (handlers !== undefined) this.#requests.start(peer, query, handlers);
        else this.stats.withheld++;
      } else if (!this.#maySendUnanswered(peer, values)) this.stats.withheld++;
      else if (values.length > 0) this.reply(peer, socketId, { token, values });
      else this.#sendLegacyUpdate(peer, socketId, token, refreshed, expired);
    }
  }

  /**
   * Answers a query with tid `tid` that has just come from `peer`. Of more values or fields than a reply may hold, some are
   * sent. Large answers are withheld when too much goes there already. Who may be somebody else is then asked for a sign of
   * life: if he really lives there, he gets the answer when he asks again.
   */
  reply(peer: Peer, tid: number, body: ReplyBody): void {
    const to = peer.address;
    const values =
      body.values && fitting(body.values, valueBytes, MAX_REPLY_VALUE_BYTES, this.#random, MAX_REPLY_VALUES);
    const fields = body.fields && fitting(body.fields, fieldBytes, MAX_REPLY_FIELD_BYTES, this.#random);
    if (!this.#maySend(peer, totalOf(values, valueBytes) + totalOf(fields, fieldBytes))) {
      this.stats.withheld++;
      if (!peer.hasProvenAddress && !peer.hasPendingRequest) this.ping(peer, IGNORE_OUTCOME);
      return;
    }
    const message: Reply = {
      kind: "reply",
      tid,
      id: this.ownId,
      network: this.network,
      client: this.#client,
      agent: USER_AGENT,
      reportedAddress: to,
      values: values ?? NO_VALUES,
      announced: NO_VALUES,
      valueId: body.valueId,
      nodes4: body.nodes4,
      nodes6: body.nodes6,
      token: body.token,
      fields,
      fieldOrder: body.fieldOrder,
    };
    this.stats.sent.reply++;
    this.#send(encodeMessage(message), to, false);
    for (const part of encodeParts(message)) this.#send(part, to, false);
  }

  /** Refuses a query; the codes are in `error-codes.ts`. Real nodes act on a 401 and on a 404 to a refresh only. */
  error(peer: Peer, tid: number, code: number, text: string): void {
    this.stats.sent.error++;
    this.#send(encodeMessage({ kind: "error", ...this.#envelope(tid), code, text }), peer.address, false);
  }

  /** Counts work that a query caused beyond the ordinary as so many queries more, within the limits of its sender. */
  charge(from: SockAddr, queries: number): void {
    this.#limiter.charge(from, queries, this.#scheduler.now());
  }

  /** Takes the peer for dead until it is heard again. */
  expirePeer(peer: Peer): void {
    if (this.#log.isEnabled("debug")) this.#log.log("debug", `peer ${peer} is taken for dead`);
    peer.expire();
    if (!peer.id.isZero()) this.#events.onPeerExpired(peer);
  }

  /** Listens no more to that address (it answered a get without token), and takes the peer for dead. */
  blacklist(peer: Peer): void {
    const reason = "answered a question without the token that belongs there";
    if (this.#log.isEnabled("warning")) this.#log.log("warning", `peer ${peer} ${reason}: ignored from now on`);
    this.#blacklist.add({ address: peer.address, since: this.#scheduler.wallClock(), reason });
    this.expirePeer(peer);
    this.#events.onProtocolError(new DhtProtocolError(peer.address, `${reason}: it is ignored from now on`));
  }

  isBlacklisted(address: SockAddr): boolean {
    return this.#blacklist.has(address);
  }

  /** Whom we don't listen to, the oldest entry first. */
  get blacklisted(): BlacklistEntry[] {
    return this.#blacklist.entries;
  }

  /** Forgets all requests and timers; no handler is called any more. */
  shutdown(): void {
    this.#requests.cancelAll();
    this.#inbound.close();
    this.tokens.close();
  }

  #maySend(peer: Peer, bytes: number): boolean {
    if (bytes < LARGE_REPLY_BYTES || this.#limiter.isUnlimited) return true;
    const budget = peer.hasProvenAddress ? this.#provenBudget : this.#unprovenBudget;
    return budget.allows(peer.address, bytes, this.#scheduler.now());
  }

  /** News that nobody acknowledges: it can't be told whether they arrive, so there are never many of them. */
  #maySendUnanswered(peer: Peer, values: readonly Value[]): boolean {
    const bytes = LEGACY_UPDATE_BYTES + totalOf(values, valueBytes);
    return this.#unprovenBudget.allows(peer.address, bytes, this.#scheduler.now());
  }

  #sendLegacyUpdate(
    peer: Peer,
    socketId: number,
    token: Uint8Array,
    refreshed: readonly bigint[],
    expired: readonly bigint[],
  ): void {
    this.stats.sent.legacyUpdate++;
    const message = { kind: "legacyUpdate", ...this.#envelope(socketId), token, refreshed, expired } as const;
    this.#send(encodeMessage(message), peer.address, false);
  }

  #envelope(tid: number): Envelope {
    return { tid, id: this.ownId, network: this.network, client: this.#client, agent: USER_AGENT };
  }
}

const NO_VALUES: readonly never[] = [];
const IGNORE_OUTCOME: RequestHandlers = { onReply: () => {} };

/** Replies with less of values or fields than this aren't counted: they are no larger than a list of nodes. */
const LARGE_REPLY_BYTES = 1024;
/** Estimated bytes of a legacy update beside its values. */
const LEGACY_UPDATE_BYTES = 128;
