import type { SockAddr } from "../address/index.ts";
import { type RandomSource, randomBelow } from "../random/index.ts";
import { Peer } from "../routing/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import { EMPTY_BYTES } from "../value/index.ts";
import { encodeMessage, encodeParts, type QueryMessage } from "../wire/index.ts";
import { Pacer } from "./pacer.ts";
import { NO_PARTS, Request, type RequestHandlers, type RequestHost, type Send } from "./request.ts";
import type { TrafficStats } from "./traffic-stats.ts";

/** Most requests under way; further ones are refused. */
export const MAX_PENDING_REQUESTS = 65_536;

export interface RequestsOptions {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly stats: TrafficStats;
  readonly send: Send;
  /** A peer left all attempts unanswered, or can't be reached. */
  readonly onDead: (peer: Peer) => void;
  /** Spare peers more requests at once than they take. */
  readonly isPaced: boolean;
}

/** Our requests under way, and which of them a reply belongs to. */
export class Requests implements RequestHost {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly send: Send;
  readonly onUnanswered: (peer: Peer) => void;
  readonly #stats: TrafficStats;
  readonly #pacer: Pacer | undefined;
  /** In no order. No set: one that has got old keeps everything that ever was in it until the next full collection. */
  readonly #pending: Request[] = [];
  /** Pings to addresses whose id isn't known: found by their tid alone. */
  readonly #anonymous = new Map<number, Request>();

  constructor(options: RequestsOptions) {
    this.scheduler = options.scheduler;
    this.random = options.random;
    this.send = options.send;
    this.onUnanswered = options.onDead;
    this.#stats = options.stats;
    if (options.isPaced) this.#pacer = new Pacer(options.scheduler, (request) => this.#send(request));
  }

  get size(): number {
    return this.#pending.length;
  }

  /** Number of unanswered pings to addresses. */
  get anonymousCount(): number {
    return this.#anonymous.size;
  }

  /** Sends a query whose tid is `peer.nextTid()`, now or when its peer can take it. */
  start(peer: Peer, query: QueryMessage, handlers: RequestHandlers): Request {
    if (this.#pending.length >= MAX_PENDING_REQUESTS) {
      const refused = new Request(this, query, peer, EMPTY_BYTES, NO_PARTS, handlers);
      refused.refuseSoon();
      return refused;
    }
    // Copies: what the encoder gives is part of a slab that it shares with many others, and we keep it for seconds.
    const datagram = encodeMessage(query).slice();
    const parts = encodeParts(query);
    const ownParts = parts.length === 0 ? NO_PARTS : parts.map((part) => part.slice());
    const request = new Request(this, query, peer, datagram, ownParts, handlers);
    request.index = this.#pending.length;
    this.#pending.push(request);
    if (this.#pacer) this.#pacer.begin(request);
    else this.#send(request);
    return request;
  }

  /** Sends a query with a tid of `anonymousTid()` to whoever is at that address. */
  startAnonymous(to: SockAddr, query: QueryMessage, handlers: RequestHandlers): Request {
    const request = this.start(Peer.anonymous(to, this.random), query, handlers);
    if (request.attempts > 0) this.#anonymous.set(query.tid, request);
    return request;
  }

  /** A random tid that no other anonymous request bears. */
  anonymousTid(): number {
    for (;;) {
      const tid = randomBelow(this.random, 2 ** 32);
      if (tid !== 0 && !this.#anonymous.has(tid)) return tid;
    }
  }

  /** The pending request that a message with this tid answers; `peer` is its sender, if we know it. */
  match(peer: Peer | undefined, tid: number): Request | undefined {
    const request = peer?.getRequest(tid);
    return request instanceof Request ? request : this.#anonymous.get(tid);
  }

  /** The system says that nothing can be sent there: nobody lives at that address, for now. */
  sendFailed(to: SockAddr): void {
    const dead = new Set<Peer>();
    for (const request of this.#pending) if (request.to.equals(to)) dead.add(request.peer);
    for (const peer of dead) this.onUnanswered(peer);
  }

  cancelAll(): void {
    for (const request of [...this.#pending]) request.cancel();
  }

  onResend(request: Request): void {
    this.#stats.resent++;
    this.#pacer?.count(request.peer);
  }

  onOver(request: Request): void {
    this.#remove(request);
    if (request.attempts === 0) this.#pacer?.drop(request);
    if (this.#anonymous.get(request.tid) === request) this.#anonymous.delete(request.tid);
  }

  #remove(request: Request): void {
    const { index } = request;
    if (index < 0) return; // refused: it never was there
    request.index = -1;
    const last = this.#pending.pop();
    if (last === undefined || last === request) return;
    last.index = index;
    this.#pending[index] = last;
  }

  #send(request: Request): void {
    this.#stats.sent[request.kind]++;
    request.start();
  }
}
