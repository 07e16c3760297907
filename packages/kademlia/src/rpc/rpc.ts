/**
 * Requests and their answers: message ids, timeouts, retransmission, and pacing.
 *
 * An answer counts only if it carries the id of a request that waits and comes from where the request went. A node gets
 * no more than a few requests at once, so that its socket's buffer (about 270 small datagrams) never overflows.
 */

import type { Address, AddressBook } from "../address/index.ts";
import type { NodeId } from "../id/index.ts";
import { MalformedError } from "../msgpack/index.ts";
import type { RandomSource } from "../random/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import {
  type Answer,
  encodeRequest,
  isFromKin,
  kinMessageId,
  MESSAGE_ID_BYTES,
  type Message,
  parseAnswer,
  type Request,
} from "../wire/index.ts";
import { RoundTrip } from "./round-trip.ts";
import type { Transport } from "./transport.ts";

/** Requests that one node may have to answer to us at once. */
export const MAX_OUTSTANDING_PER_NODE = 16;
/** Requests that may wait for a place among those. More fail at once. */
export const MAX_QUEUED_PER_NODE = 4_096;
/** How often the same request is sent where losing it would matter. */
const MAX_TRANSMISSIONS = 3;

/** Who asked, and wants to know. */
export interface Caller {
  onAnswer(answer: Answer, call: Call): void;
  /** The answer is late: `transmissions` of the call have gone unanswered. Returns whether to send it once more. */
  onLate(call: Call): boolean;
  /** No answer came, or none that makes sense. */
  onSilence(call: Call): void;
}

/** A request on its way. */
export interface Call {
  readonly request: Request;
  readonly to: Address;
  /** How often it has been sent. */
  readonly transmissions: number;
}

/** Who learns from the fate of calls, whoever made them. */
export interface CallObserver {
  onAnswered(from: Address, isKin: boolean): void;
  onUnanswered(to: Address): void;
}

export interface RpcStats {
  requestsSent: number;
  retransmissions: number;
  answersReceived: number;
  /** Answers that nobody waits for, late, doubled or forged ones. */
  answersDropped: number;
  timeouts: number;
}

export interface RpcOptions {
  readonly transport: Transport;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly book: AddressBook;
  readonly observer: CallObserver;
}

export class Rpc {
  readonly stats: RpcStats = {
    requestsSent: 0,
    retransmissions: 0,
    answersReceived: 0,
    answersDropped: 0,
    timeouts: 0,
  };
  readonly roundTrip = new RoundTrip();
  readonly #options: RpcOptions;
  /** By the first six bytes of the message id. */
  readonly #outstanding = new Map<number, OutstandingCall>();
  readonly #lanes = new Map<string, Lane>();
  #isStopped = false;

  constructor(options: RpcOptions) {
    this.#options = options;
  }

  get outstanding(): number {
    return this.#outstanding.size;
  }

  /** Sends a request. The caller hears of it later, never during this call. */
  call(request: Request, to: Address, caller: Caller): Call {
    const call = new OutstandingCall(kinMessageId(this.#options.random), request, to, caller);
    if (this.#isStopped || !this.#options.transport.reaches(to)) {
      this.#failSoon(call);
      return call;
    }
    const lane = this.#laneTo(to);
    if (lane.outstanding < MAX_OUTSTANDING_PER_NODE) this.#start(call, lane);
    else if (lane.waiting.length < MAX_QUEUED_PER_NODE) lane.waiting.push(call);
    else this.#failSoon(call);
    return call;
  }

  /** The answer, or undefined for silence. */
  ask(request: Request, to: Address): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      this.call(request, to, {
        onAnswer: resolve,
        onLate: () => true,
        onSilence: () => resolve(undefined),
      });
    });
  }

  /** Asks who is at an address. */
  async ping(sender: NodeId, to: Address): Promise<NodeId | undefined> {
    const answer = await this.ask({ method: "ping", sender }, to);
    return answer?.kind === "id" ? answer.id : undefined;
  }

  onResponse(message: Message, from: Address): void {
    const call = this.#outstanding.get(keyOf(message.id));
    if (!call?.hasId(message.id) || !call.to.equals(from)) {
      this.stats.answersDropped++;
      return;
    }
    this.stats.answersReceived++;
    const answer = this.#parse(call, message.datagram);
    const now = this.#options.scheduler.now();
    if (call.transmissions === 1) this.roundTrip.measured(call.sentAt, now);
    this.#laneTo(from).answeredAt = now;
    this.#finish(call);
    this.#options.observer.onAnswered(from, isFromKin(message));
    if (answer) call.caller.onAnswer(answer, call);
    else call.caller.onSilence(call);
  }

  /** Ends all calls, and every later one, with silence. */
  stop(): void {
    this.#isStopped = true;
    const calls = [...this.#outstanding.values()];
    for (const lane of this.#lanes.values()) calls.push(...lane.waiting);
    this.#outstanding.clear();
    this.#lanes.clear();
    for (const call of calls) {
      call.timer?.cancel();
      call.caller.onSilence(call);
    }
  }

  #parse(call: OutstandingCall, datagram: Uint8Array): Answer | undefined {
    try {
      return parseAnswer(call.request.method, datagram, this.#options.book);
    } catch (error) {
      if (error instanceof MalformedError) return undefined;
      throw error;
    }
  }

  #start(call: OutstandingCall, lane: Lane): void {
    const { scheduler, transport } = this.#options;
    lane.outstanding++;
    this.#outstanding.set(keyOf(call.id), call);
    call.sentAt = scheduler.now();
    call.deadline = call.sentAt + this.roundTrip.timeoutMs;
    call.transmissions = 1;
    this.stats.requestsSent++;
    transport.send(encodeRequest(call.id, call.request), call.to);
    this.#await(call, this.roundTrip.patienceMs);
  }

  #await(call: OutstandingCall, waitMs: number): void {
    const { scheduler } = this.#options;
    const time = Math.min(scheduler.now() + waitMs, call.deadline);
    call.timer = scheduler.at(time, () => {
      if (time >= call.deadline) this.#giveUp(call);
      else this.#late(call, waitMs);
    });
  }

  #late(call: OutstandingCall, waitedMs: number): void {
    if (call.transmissions === 1) this.roundTrip.late(call.sentAt, this.#options.scheduler.now());
    if (call.caller.onLate(call) && call.transmissions < MAX_TRANSMISSIONS) {
      call.transmissions++;
      this.stats.retransmissions++;
      this.#options.transport.send(encodeRequest(call.id, call.request), call.to);
      this.#await(call, waitedMs * 2);
    } else {
      this.#await(call, Number.POSITIVE_INFINITY);
    }
  }

  #giveUp(call: OutstandingCall): void {
    this.stats.timeouts++;
    const lane = this.#laneTo(call.to);
    // Whoever has been silent all that time will not answer what still waits for its turn either.
    if (lane.answeredAt < call.sentAt) for (const waiting of lane.waiting.splice(0)) this.#failSoon(waiting);
    this.#finish(call);
    this.#options.observer.onUnanswered(call.to);
    call.caller.onSilence(call);
  }

  #finish(call: OutstandingCall): void {
    call.timer?.cancel();
    this.#outstanding.delete(keyOf(call.id));
    const lane = this.#laneTo(call.to);
    lane.outstanding--;
    const next = lane.waiting.shift();
    if (next) this.#start(next, lane);
    else if (lane.outstanding === 0) this.#lanes.delete(call.to.text);
  }

  #failSoon(call: OutstandingCall): void {
    const { scheduler } = this.#options;
    scheduler.at(scheduler.now(), () => call.caller.onSilence(call));
  }

  #laneTo(to: Address): Lane {
    let lane = this.#lanes.get(to.text);
    if (!lane) {
      lane = { outstanding: 0, waiting: [], answeredAt: Number.NEGATIVE_INFINITY };
      this.#lanes.set(to.text, lane);
    }
    return lane;
  }
}

/** What is under way to one node. */
interface Lane {
  outstanding: number;
  readonly waiting: OutstandingCall[];
  /** When it last answered, monotonic ms. */
  answeredAt: number;
}

class OutstandingCall implements Call {
  readonly id: Uint8Array;
  readonly request: Request;
  readonly to: Address;
  readonly caller: Caller;
  transmissions = 0;
  sentAt = 0;
  deadline = 0;
  timer: Timer | undefined;

  constructor(id: Uint8Array, request: Request, to: Address, caller: Caller) {
    this.id = id;
    this.request = request;
    this.to = to;
    this.caller = caller;
  }

  hasId(id: Uint8Array): boolean {
    for (let i = 0; i < MESSAGE_ID_BYTES; i++) if (this.id[i] !== id[i]) return false;
    return true;
  }
}

/** 48 bits of a random id: an exact number, and no two outstanding calls share it in practice. */
function keyOf(id: Uint8Array): number {
  let key = 0;
  for (let i = 0; i < 6; i++) key = key * 256 + (id[i] ?? 0);
  return key;
}
