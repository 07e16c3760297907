import type { Peer } from "../routing/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import type { Request } from "./request.ts";

/**
 * Requests that a peer gets per second, for long. It takes 1024 from one address unless told otherwise, and drops what is
 * beyond; other nodes may ask from the same address, requests are repeated, and what was spread out may arrive together.
 */
export const PACED_REQUESTS_PER_SEC = 512;
/** So many may go ahead of that pace at once: whoever asks less of a peer never waits. */
export const PACED_BURST = 256;

const INTERVAL_MS = 1000 / PACED_REQUESTS_PER_SEC;
const BURST_MS = PACED_BURST * INTERVAL_MS;
/** Least time between two turns of a peer's waiting requests: some of them share a timer. */
const TURN_MS = 20;
/** Entries looked at for each new one: more than are added, so that those of no use don't gather. */
const LOOKS_PER_ENTRY = 2;

/** The requests that wait until their peer has got over those before them. */
interface Lane {
  /** What keeps nodes and listens alive can't wait for long. */
  readonly urgent: Set<Request>;
  readonly others: Set<Request>;
  timer: Timer;
}

/**
 * Sends requests to one peer no faster than it takes them: thousands at once would be dropped there, be repeated, and
 * fail in the end. How many wait is bounded by the number of requests under way.
 */
export class Pacer {
  readonly #scheduler: Scheduler;
  readonly #send: (request: Request) => void;
  /** When a peer will have got over all that was sent, at the pace above; the past or nothing for one that is free. */
  readonly #busyUntil = new Map<Peer, number>();
  readonly #lanes = new Map<Peer, Lane>();

  constructor(scheduler: Scheduler, send: (request: Request) => void) {
    this.#scheduler = scheduler;
    this.#send = send;
  }

  /** Number of peers about whom something is remembered. */
  get size(): number {
    return this.#busyUntil.size;
  }

  /** Sends the request now or, if its peer is busy, in its turn. */
  begin(request: Request): void {
    const { peer } = request;
    const lane = this.#lanes.get(peer);
    if (lane === undefined && this.#isFree(peer)) {
      this.count(peer);
      this.#send(request);
    } else this.#enqueue(request, lane ?? this.#open(peer));
  }

  /** A datagram more has gone to the peer. */
  count(peer: Peer): void {
    const now = this.#scheduler.now();
    const busyUntil = this.#busyUntil.get(peer);
    if (busyUntil === undefined) this.#forgetFree(now);
    this.#busyUntil.set(peer, Math.max(busyUntil ?? now, now) + INTERVAL_MS);
  }

  /** The request is over; if it was waiting, it is sent no more. */
  drop(request: Request): void {
    const lane = this.#lanes.get(request.peer);
    if (lane === undefined || !(lane.urgent.delete(request) || lane.others.delete(request))) return;
    if (lane.urgent.size + lane.others.size === 0) this.#close(request.peer, lane);
  }

  #isFree(peer: Peer): boolean {
    return (this.#busyUntil.get(peer) ?? 0) - this.#scheduler.now() <= BURST_MS - INTERVAL_MS;
  }

  #enqueue(request: Request, lane: Lane): void {
    const isUrgent = request.kind === "ping" || request.kind === "listen" || request.kind === "update";
    (isUrgent ? lane.urgent : lane.others).add(request);
  }

  #open(peer: Peer): Lane {
    const lane = { urgent: new Set<Request>(), others: new Set<Request>(), timer: this.#nextTurn(peer) };
    this.#lanes.set(peer, lane);
    return lane;
  }

  #close(peer: Peer, lane: Lane): void {
    lane.timer.cancel();
    this.#lanes.delete(peer);
  }

  #nextTurn(peer: Peer): Timer {
    return this.#scheduler.at(this.#scheduler.now() + TURN_MS, () => this.#takeTurn(peer));
  }

  #takeTurn(peer: Peer): void {
    const lane = this.#lanes.get(peer);
    if (lane === undefined) return;
    for (const waiting of [lane.urgent, lane.others]) {
      for (const request of waiting) {
        if (!this.#isFree(peer)) {
          lane.timer = this.#nextTurn(peer);
          return;
        }
        waiting.delete(request);
        this.count(peer);
        this.#send(request);
      }
    }
    this.#close(peer, lane);
  }

  #forgetFree(now: number): void {
    let looks = LOOKS_PER_ENTRY;
    for (const [peer, busyUntil] of this.#busyUntil) {
      if (looks-- === 0) return;
      this.#busyUntil.delete(peer);
      if (busyUntil > now) this.#busyUntil.set(peer, busyUntil); // to the end: the others are to be looked at too
    }
  }
}
