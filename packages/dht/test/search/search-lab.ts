import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { type Peer, PeerCache, type SocketHandler } from "../../src/routing/index.ts";
import { MAX_AUTH_ERRORS, type RequestHandlers } from "../../src/rpc/index.ts";
import { Request, type RequestHost } from "../../src/rpc/request.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import {
  type Announcement,
  type GetOp,
  type ListenSink,
  type SearchRpc,
  SearchTable,
  type SearchTableOptions,
  type Tally,
} from "../../src/search/index.ts";
import { EMPTY_BYTES, type FieldValues, Query, Value, ValueTypeRegistry } from "../../src/value/index.ts";
import { type ErrorReply, type Reply, type UpdateQuery, USER_AGENT } from "../../src/wire/index.ts";

/** The key of most tests. Peer number n is at distance n + 1 of it, so that its number is its rank. */
export const KEY = InfoHash.get("a key");

/** A request that the search has sent, with all that it said. */
export interface Sent {
  readonly at: number;
  readonly kind: "find" | "get" | "put" | "refresh" | "listen";
  readonly peer: Peer;
  readonly query?: Query | undefined;
  readonly token?: Uint8Array;
  readonly value?: Value;
  readonly created?: number | undefined;
  readonly valueId?: bigint;
  readonly socketId?: number;
  readonly request: Request;
}

/** What a peer does about a request: a reply, an error code, or nothing at all (undefined). */
export type Answer = Partial<Reply> | number | undefined;
export type Behaviour = (sent: Sent) => Answer;

/** A search table whose requests go nowhere: a test sees each of them and decides what the peer does. Time is virtual. */
export class SearchLab {
  readonly scheduler = new VirtualScheduler();
  readonly random = new SeededRandom(7);
  readonly cache = new PeerCache(4, this.random);
  readonly types = new ValueTypeRegistry();
  readonly sent: Sent[] = [];
  /** Resends: the kinds of the requests. */
  readonly resent: string[] = [];
  readonly sockets = new Map<number, { peer: Peer; handler: SocketHandler }>();
  readonly peers: Peer[] = [];
  readonly renewed: bigint[] = [];
  expirations = 0;
  /** How the peers answer, after `latencyMs`. At first they are silent. */
  behaviour: Behaviour = () => undefined;
  latencyMs = 10;
  readonly table: SearchTable;
  readonly #pending = new Set<Request>();
  #tid = 1;

  constructor(options: Partial<SearchTableOptions> = {}) {
    this.table = new SearchTable({
      family: 4,
      scheduler: this.scheduler,
      random: this.random,
      rpc: this.#rpc(),
      peers: this.cache,
      types: this.types,
      onExpired: () => this.expirations++,
      onRenewed: (_key, id) => this.renewed.push(id),
      ...options,
    });
  }

  get now(): number {
    return this.scheduler.now();
  }

  /** Requests of a kind so far. */
  all(kind: Sent["kind"]): Sent[] {
    return this.sent.filter((sent) => sent.kind === kind);
  }

  /** Ranks of the peers to which requests of a kind went, in order. */
  ranks(kind: Sent["kind"]): number[] {
    return this.all(kind).map(({ peer }) => this.rankOf(peer));
  }

  /** Requests that wait for an answer. */
  get pending(): Sent[] {
    return this.sent.filter(({ request }) => request.isPending);
  }

  rankOf(peer: Peer): number {
    return this.peers.indexOf(peer);
  }

  peer(rank: number): Peer {
    const peer = this.peers[rank];
    if (peer === undefined) throw new Error(`there is no peer ${rank}`);
    return peer;
  }

  /** Makes the next `count` peers known to the cache, in order of distance. */
  addPeers(count: number): void {
    for (let i = 0; i < count; i++) {
      const rank = this.peers.length;
      const id = KEY.xor(new InfoHash(0, 0, 0, 0, rank + 1));
      this.peers.push(this.cache.mentioned(id, SockAddr.ipv4(0x7f000001, 5000 + rank), this.now));
    }
  }

  /** The table hears of a peer, as of any that is met. */
  meet(rank: number): void {
    const peer = this.peer(rank);
    peer.heard(this.now);
    this.table.onPeer(peer);
  }

  run(ms: number): void {
    this.scheduler.advance(ms);
  }

  reply(sent: Sent, body: Partial<Reply> = {}): void {
    const { request, peer } = sent;
    if (!request.isPending) return;
    this.#heard(peer);
    if (sent.kind !== "find" && sent.kind !== "get") peer.authErrors = 0;
    const isQuestion = sent.kind === "find" || sent.kind === "get";
    request.complete({
      ...envelope(peer),
      kind: "reply",
      values: [],
      announced: [],
      ...(isQuestion && { token: TOKEN }),
      ...body,
    });
  }

  /** Like the rpc: counts refused tokens, takes the peer for dead after too many, and tells the table. */
  error(sent: Sent, code: number): void {
    const { request, peer } = sent;
    if (!request.isPending) return;
    this.#heard(peer);
    const isRejected = code === 401 && sent.token !== undefined;
    if (isRejected) peer.authErrors++;
    const error: ErrorReply = { ...envelope(peer), kind: "error", code, text: "" };
    request.refuse(error);
    if (isRejected && peer.authErrors > MAX_AUTH_ERRORS) this.kill(peer);
    if (isRejected) this.table.onTokenRejected(peer);
  }

  /** The peer is taken for dead. */
  kill(peer: Peer): void {
    peer.expire();
    this.table.onPeerExpired(peer);
  }

  /** News arrive at an open socket. */
  update(socketId: number | undefined, body: Partial<UpdateQuery>): void {
    const socket = this.sockets.get(socketId ?? 0);
    if (socket === undefined) throw new Error(`socket ${socketId} isn't open`);
    const { peer, handler } = socket;
    if (peer.getSocket(socketId ?? 0) === undefined)
      throw new Error(`socket ${socketId} was closed by the peer's expiry`);
    const defaults = {
      socketId: socketId ?? 0,
      token: TOKEN,
      version: 1,
      values: [],
      announced: [],
      refreshed: [],
      expired: [],
    };
    handler({ ...envelope(peer), kind: "update", ...defaults, ...body } as UpdateQuery, peer);
  }

  get(query = Query.all, key = KEY): RecordedGet {
    const op = new RecordedGet(query);
    this.table.get(key, op);
    return op;
  }

  put(
    value: Value,
    options: { permanent?: boolean; urgent?: boolean; ageMs?: number; key?: InfoHash } = {},
  ): RecordedPut {
    const created = this.scheduler.wallClock() - (options.ageMs ?? 0);
    const put = new RecordedPut(value, options.permanent ?? false, created, options.urgent ?? false);
    this.table.announce(options.key ?? KEY, put);
    return put;
  }

  listen(query = Query.all, { key = KEY, urgent = false } = {}): RecordedListen {
    const sink = new RecordedListen(urgent);
    sink.handle = this.table.listen(key, query, sink);
    return sink;
  }

  #heard(peer: Peer): void {
    peer.heard(this.now);
    peer.repliedAt = this.now;
    this.table.onPeer(peer);
  }

  #rpc(): SearchRpc {
    return {
      find: (peer, _target, _want, handlers) => this.#send({ kind: "find", peer }, handlers),
      get: (peer, _key, query, _want, handlers) => this.#send({ kind: "get", peer, query }, handlers),
      put: (peer, _key, token, value, created, handlers) =>
        this.#send({ kind: "put", peer, token, value, created }, handlers),
      refresh: (peer, _key, token, valueId, handlers) =>
        this.#send({ kind: "refresh", peer, token, valueId }, handlers),
      listen: (peer, _key, token, socketId, query, handlers) =>
        this.#send({ kind: "listen", peer, token, socketId, query }, handlers),
      openSocket: (peer, handler) => {
        const id = peer.openSocket(handler);
        this.sockets.set(id, { peer, handler });
        return id;
      },
      closeSocket: (peer, id) => {
        peer.closeSocket(id);
        this.sockets.delete(id);
      },
    };
  }

  #send(what: Omit<Sent, "at" | "request">, handlers: RequestHandlers): Request {
    const host: RequestHost = {
      scheduler: this.scheduler,
      random: this.random,
      send: () => {},
      onResend: () => this.resent.push(what.kind),
      onOver: (request) => this.#pending.delete(request),
      onUnanswered: (peer) => this.kill(peer),
    };
    const request = new Request(host, { kind: what.kind, tid: this.#tid++ }, what.peer, EMPTY_BYTES, [], handlers);
    const sent: Sent = { at: this.now, request, ...what };
    this.#pending.add(request);
    this.sent.push(sent);
    request.start();
    const answer = this.behaviour(sent);
    if (answer !== undefined) this.scheduler.at(this.now + this.latencyMs, () => this.#answer(sent, answer));
    return request;
  }

  #answer(sent: Sent, answer: NonNullable<Answer>): void {
    if (typeof answer === "number") this.error(sent, answer);
    else this.reply(sent, answer);
  }
}

export const TOKEN = Uint8Array.of(1, 2, 3);

/** Peers that hold what they are given, like real ones; nobody knows anybody else. */
export class HonestPeers {
  readonly stored = new Map<Peer, Map<bigint, Value>>();

  at(peer: Peer): Map<bigint, Value> {
    const values = this.stored.get(peer) ?? new Map<bigint, Value>();
    this.stored.set(peer, values);
    return values;
  }

  readonly answer: Behaviour = ({ kind, peer, query, value, valueId }) => {
    const values = this.at(peer);
    switch (kind) {
      case "get":
        return answerTo(query ?? Query.all, [...values.values()]);
      case "put":
        if (value !== undefined) values.set(value.id, value);
        return { valueId: value?.id };
      case "refresh":
        return values.size === 0 ? 404 : { valueId };
      default:
        return {};
    }
  };
}

function answerTo(query: Query, stored: readonly Value[]): Partial<Reply> {
  const values = stored.filter((value) => query.where.matches(value));
  if (query.select.isEmpty || values.length === 0) return { values };
  return { fields: values.map(({ id, seq }) => ({ id, seq })) };
}

export class RecordedGet implements GetOp {
  readonly query: Query;
  readonly values: Value[] = [];
  readonly fields: FieldValues[] = [];
  done: { ok: boolean; peers: readonly Peer[] } | undefined;

  constructor(query: Query) {
    this.query = query;
  }

  onValues(values: readonly Value[]): void {
    this.values.push(...values);
  }

  onFields(fields: readonly FieldValues[]): void {
    this.fields.push(...fields);
  }

  onDone(ok: boolean, peers: readonly Peer[]): void {
    if (this.done !== undefined) throw new Error("a get was done twice");
    this.done = { ok, peers };
  }
}

export class RecordedPut implements Announcement {
  readonly value: Value;
  readonly permanent: boolean;
  readonly created: number;
  readonly urgent: boolean;
  done: { ok: boolean; peers: readonly Peer[]; tally: Tally } | undefined;

  constructor(value: Value, permanent: boolean, created: number, urgent: boolean) {
    this.value = value;
    this.permanent = permanent;
    this.created = created;
    this.urgent = urgent;
  }

  onDone(ok: boolean, peers: readonly Peer[], tally: Tally): void {
    if (this.done !== undefined) throw new Error("a put was done twice");
    this.done = { ok, peers, tally };
  }
}

export class RecordedListen implements ListenSink {
  readonly urgent: boolean;
  handle: ReturnType<SearchTable["listen"]>;
  /** `+id` for a value, `-id` for an expired one, in order. */
  readonly log: string[] = [];
  readonly values: Value[] = [];

  constructor(urgent: boolean) {
    this.urgent = urgent;
  }

  onValues(values: readonly Value[], expired: boolean): void {
    for (const value of values) this.log.push(`${expired ? "-" : "+"}${value.id}`);
    if (!expired) this.values.push(...values);
  }
}

/** A value with that id and text. */
export function value(id: number, text = `value ${id}`, more: { type?: number; seq?: number } = {}): Value {
  return new Value({ id: BigInt(id), data: new TextEncoder().encode(text), ...more });
}

function envelope(peer: Peer) {
  return { tid: 0, id: peer.id, network: 0, client: false, agent: USER_AGENT };
}
