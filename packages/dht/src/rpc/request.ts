import type { SockAddr } from "../address/index.ts";
import { type RandomSource, uniform } from "../random/index.ts";
import type { Peer, PendingRequest } from "../routing/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import { EMPTY_BYTES } from "../value/index.ts";
import type { ErrorReply, QueryMessage, Reply } from "../wire/index.ts";
import type { QueryKind } from "./traffic-stats.ts";

/** How often a query is sent, at most. */
export const MAX_ATTEMPTS = 3; // node behaviour, MAX_ATTEMPT_COUNT
/** Doubled before each wait, the first one included: 1, 2 and 4 seconds, plus the jitter that adds up. */
const BASE_WAIT_MS = 500; // node behaviour §3.3
const MAX_JITTER_MS = 250;

/**
 * - `pending`: an answer is awaited
 * - `completed`: answered
 * - `expired`: no answer came, or the peer was taken for dead for another reason
 * - `refused`: answered by an error or by nonsense, or never sent because too many requests are under way
 * - `cancelled`: nobody is interested any more
 */
export type RequestState = "pending" | "completed" | "expired" | "refused" | "cancelled";

/**
 * What becomes of a request. Unless it is cancelled, exactly one of `onReply`, `onError` and `onExpired` is called,
 * after `state` has changed and never before the call that made the request has returned.
 */
export interface RequestHandlers {
  /** A reply without token breaks the protocol: its sender is blacklisted, the request expires. Implied by a get. */
  readonly needsToken?: boolean;
  onReply(reply: Reply, request: Request): void;
  /** Before the second send: the peer is slow, look for others meanwhile. */
  onRetry?(request: Request): void;
  /** No usable answer (`expired`, or `refused`). */
  onExpired?(request: Request): void;
  /** The peer answered with an error (`refused`). Without this handler, `onExpired` is called. */
  onError?(error: ErrorReply, request: Request): void;
}

/**
 * Takes a datagram over for sending; must not call back.
 *
 * @param expectsAnswer whether it matters to us that the system can't send it: see `Rpc.sendFailed`
 */
export type Send = (datagram: Uint8Array, to: SockAddr, expectsAnswer: boolean) => void;

/** What a request needs of the world. */
export interface RequestHost {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly send: Send;
  onResend(request: Request): void;
  /** The request is no longer pending. */
  onOver(request: Request): void;
  /** All attempts went unanswered: takes the peer for dead, which expires this request and all others to it. */
  onUnanswered(peer: Peer): void;
}

const NOBODY: RequestHandlers = { onReply: () => {} };
/** Of messages whose values travel inside. */
export const NO_PARTS: readonly Uint8Array[] = [];

/** One query of ours until it is answered or given up: sent at 0, 1.0 … 1.25 and 3.0 … 4.0 s, given up after 7.0 … 9.75 s. */
export class Request implements PendingRequest {
  readonly kind: QueryKind;
  readonly tid: number;
  /** Where it is sent, at each attempt: who answers from somewhere else hasn't proven to be there. */
  readonly to: SockAddr;
  readonly #host: RequestHost;
  #handlers: RequestHandlers;
  /**
   * The message, the same bytes at each attempt. Not in one array with its parts: where many requests were pending for long,
   * V8 would take the arrays of all later ones for long-lived too, and keep their bytes until the next full collection.
   */
  #datagram: Uint8Array;
  /** The parts of its values, which follow. */
  #parts: readonly Uint8Array[];
  #peer: Peer;
  #state: RequestState = "pending";
  #attempts = 0;
  #waitMs = BASE_WAIT_MS;
  #timer: Timer | undefined;
  /** Its place among all that are pending. */
  index = -1;

  constructor(
    host: RequestHost,
    { kind, tid }: Pick<QueryMessage, "kind" | "tid">,
    peer: Peer,
    datagram: Uint8Array,
    parts: readonly Uint8Array[],
    handlers: RequestHandlers,
  ) {
    this.#host = host;
    this.kind = kind;
    this.tid = tid;
    this.to = peer.address;
    this.#peer = peer;
    this.#datagram = datagram;
    this.#parts = parts;
    this.#handlers = handlers;
    peer.addRequest(tid, this);
  }

  get peer(): Peer {
    return this.#peer;
  }

  get state(): RequestState {
    return this.#state;
  }

  get isPending(): boolean {
    return this.#state === "pending";
  }

  get needsToken(): boolean {
    return this.kind === "get" || this.#handlers.needsToken === true;
  }

  /** How often it was sent. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Sends the query for the first time. */
  start(): void {
    this.#send();
  }

  /** Gives up as soon as the current task has ended, without sending anything. */
  refuseSoon(): void {
    const { scheduler } = this.#host;
    this.#timer = scheduler.at(scheduler.now(), () => this.refuse());
  }

  /** The peer whose id wasn't known has told it. */
  moveTo(peer: Peer): void {
    this.#peer.removeRequest(this.tid);
    this.#peer = peer;
  }

  complete(reply: Reply): void {
    this.#end("completed")?.onReply(reply, this);
  }

  /** The answer is an error (given), or can't be used. OpenDHT leaves such a request hanging; here its sender is told. */
  refuse(error?: ErrorReply): void {
    const handlers = this.#end("refused");
    if (error !== undefined && handlers?.onError !== undefined) handlers.onError(error, this);
    else handlers?.onExpired?.(this);
  }

  expire(): void {
    this.#end("expired")?.onExpired?.(this);
  }

  /** Nobody is told; an answer that still comes is ignored. Harmless when the request is over. */
  cancel(): void {
    this.#end("cancelled");
  }

  /**
   * Those who are to be told; undefined when it was over before. Lets go of all that it held: tables in which it once was may
   * keep it for long after they have been outgrown.
   */
  #end(state: RequestState): RequestHandlers | undefined {
    if (this.#state !== "pending") return undefined;
    this.#state = state;
    this.#timer?.cancel();
    // After moveTo(), the tid may stand for another request of the peer.
    if (this.#peer.getRequest(this.tid) === this) this.#peer.removeRequest(this.tid);
    this.#host.onOver(this);
    const handlers = this.#handlers;
    this.#handlers = NOBODY;
    this.#datagram = EMPTY_BYTES;
    this.#parts = NO_PARTS;
    this.#timer = undefined;
    return handlers;
  }

  #send(): void {
    const { scheduler, random } = this.#host;
    this.#attempts++;
    this.#waitMs = this.#waitMs * 2 + uniform(random, 0, MAX_JITTER_MS);
    this.#timer = scheduler.at(scheduler.now() + this.#waitMs, () => this.#onSilence());
    this.#host.send(this.#datagram, this.to, true);
    for (const part of this.#parts) this.#host.send(part, this.to, true);
  }

  #onSilence(): void {
    if (this.#attempts >= MAX_ATTEMPTS) {
      this.#host.onUnanswered(this.#peer);
      return;
    }
    if (this.#attempts === 1) this.#handlers.onRetry?.(this);
    if (this.#state !== "pending") return;
    this.#host.onResend(this);
    this.#send();
  }
}
