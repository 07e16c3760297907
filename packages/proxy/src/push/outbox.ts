import { type RandomSource, type Scheduler, type Timer, uniform } from "@hashmere/dht/engine";
import type { PostOutcome } from "./post.ts";
import type { PushRequest } from "./request.ts";

/**
 * Pushes that wait for all endpoints together that clients have named; beyond it the new one is dropped. Our own gateway has
 * room of its own: strangers can't fill it.
 */
export const MAX_WAITING_PUSHES = 20_000;
/** Posts to such endpoints at a time: each of them may be one that never answers. */
export const MAX_FOREIGN_POSTS = 256;
/** Pushes that wait for one gateway: one that is dead leaves room for the others. */
export const MAX_WAITING_PER_GATEWAY = 5_000;
/** Posts to one gateway at a time. */
export const MAX_POSTS_PER_GATEWAY = 16;
/** A push that was not taken after so many posts is dropped. */
export const MAX_ATTEMPTS = 5;
/** How long a gateway that failed is left alone, doubled each time, with up to as much again by chance. */
const FIRST_PAUSE_MS = 1_000;
export const LONGEST_PAUSE_MS = 300_000;

/** How pushes fared since the start. */
export interface PushCounts {
  readonly delivered: number;
  readonly retried: number;
  /** Not taken: the gateway refused, or there was no room, or it was tried often enough. */
  readonly dropped: number;
  readonly waiting: number;
}

export interface OutboxOptions {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly post: (push: PushRequest) => Promise<PostOutcome>;
  /** An endpoint exists no more. */
  readonly onGone?: ((token: string) => void) | undefined;
  /** Nobody will take it: it was refused, or tried often enough, or there is no room. */
  readonly onDropped?: ((push: PushRequest) => void) | undefined;
}

interface Waiting {
  readonly push: PushRequest;
  attempts: number;
}

interface Gateway {
  /** Named by a client. */
  readonly isForeign: boolean;
  readonly waiting: Waiting[];
  posts: number;
  failures: number;
  pause: Timer | undefined;
}

/** Pushes on their way: bounded, a queue for each gateway, those that can't be reached tried again with growing pauses. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #gateways = new Map<string, Gateway>();
  /** Those that could post if there were not so many posts already, the one that has waited longest first. */
  readonly #starved = new Map<string, Gateway>();
  #foreignPosts = 0;
  #waiting = 0;
  #foreignWaiting = 0;
  #delivered = 0;
  #retried = 0;
  #dropped = 0;
  #isOpen = true;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get counts(): PushCounts {
    return { delivered: this.#delivered, retried: this.#retried, dropped: this.#dropped, waiting: this.#waiting };
  }

  send(push: PushRequest): void {
    const { isForeign, url } = push;
    const name = `${isForeign ? "endpoint" : "gateway"} ${url.host}`;
    const gateway = this.#gateways.get(name) ?? { isForeign, waiting: [], posts: 0, failures: 0, pause: undefined };
    if (!this.#hasRoom(gateway)) return this.#drop(push);
    this.#gateways.set(name, gateway);
    gateway.waiting.push({ push, attempts: 0 });
    this.#countWaiting(gateway, 1);
    this.#postNext(name, gateway);
  }

  /** Forgets what waits; posts under way come to their end. */
  close(): void {
    this.#isOpen = false;
    for (const { pause } of this.#gateways.values()) pause?.cancel();
    this.#gateways.clear();
    this.#starved.clear();
    this.#waiting = 0;
    this.#foreignWaiting = 0;
  }

  #hasRoom({ isForeign, waiting }: Gateway): boolean {
    if (!this.#isOpen || waiting.length >= MAX_WAITING_PER_GATEWAY) return false;
    return !isForeign || this.#foreignWaiting < MAX_WAITING_PUSHES;
  }

  #countWaiting({ isForeign }: Gateway, change: 1 | -1): void {
    this.#waiting += change;
    if (isForeign) this.#foreignWaiting += change;
  }

  #postNext(name: string, gateway: Gateway): void {
    while (this.#isOpen && gateway.pause === undefined && gateway.posts < roomFor(gateway)) {
      const next = gateway.waiting[0];
      if (next === undefined) break;
      if (gateway.isForeign && this.#foreignPosts >= MAX_FOREIGN_POSTS) {
        this.#starved.set(name, gateway);
        return;
      }
      gateway.waiting.shift();
      this.#countWaiting(gateway, -1);
      void this.#post(name, gateway, next);
    }
    if (gateway.posts === 0 && gateway.waiting.length === 0 && gateway.pause === undefined) this.#gateways.delete(name);
  }

  async #post(name: string, gateway: Gateway, next: Waiting): Promise<void> {
    gateway.posts++;
    next.attempts++;
    if (gateway.isForeign) this.#foreignPosts++;
    const outcome = await this.#options.post(next.push);
    gateway.posts--;
    if (gateway.isForeign) this.#foreignPosts--;
    this.#settle(name, gateway, next, outcome);
    this.#postForStarved();
    this.#postNext(name, gateway);
  }

  #postForStarved(): void {
    for (const [name, gateway] of this.#starved) {
      if (this.#foreignPosts >= MAX_FOREIGN_POSTS) return;
      this.#starved.delete(name);
      this.#postNext(name, gateway);
    }
  }

  #settle(name: string, gateway: Gateway, sent: Waiting, outcome: PostOutcome): void {
    switch (outcome.kind) {
      case "delivered":
        gateway.failures = 0;
        this.#delivered++;
        return;
      case "gone":
        this.#options.onGone?.(sent.push.token);
        this.#dropped++;
        return;
      case "refused":
        return this.#drop(sent.push);
      case "unreachable":
        this.#retry(gateway, sent);
        this.#pause(name, gateway, outcome.retryAfterMs);
    }
  }

  #retry(gateway: Gateway, sent: Waiting): void {
    if (sent.attempts >= MAX_ATTEMPTS || !this.#hasRoom(gateway)) return this.#drop(sent.push);
    this.#retried++;
    this.#countWaiting(gateway, 1);
    gateway.waiting.unshift(sent);
  }

  #drop(push: PushRequest): void {
    this.#dropped++;
    if (this.#isOpen) this.#options.onDropped?.(push);
  }

  /** The whole gateway rests: what waits for it would fare no better. */
  #pause(name: string, gateway: Gateway, advisedMs = 0): void {
    if (!this.#isOpen || gateway.pause !== undefined) return;
    const { scheduler, random } = this.#options;
    const growing = FIRST_PAUSE_MS * 2 ** gateway.failures++ * uniform(random, 1, 2);
    const pause = Math.min(Math.max(growing, advisedMs), LONGEST_PAUSE_MS);
    gateway.pause = scheduler.at(scheduler.now() + pause, () => {
      gateway.pause = undefined;
      this.#postNext(name, gateway);
    });
  }
}

/** A gateway that has just failed is tried with one push, not with many. */
function roomFor({ failures }: Gateway): number {
  return failures === 0 ? MAX_POSTS_PER_GATEWAY : 1;
}
