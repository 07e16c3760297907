import { type RandomSource, type Scheduler, type Timer, uniform } from "@hashmere/dht/engine";
import type { PostOutcome } from "./post.ts";
import type { PushRequest } from "./request.ts";

/** Pushes that wait, to all gateways together; beyond it the new one is dropped. */
export const MAX_WAITING_PUSHES = 20_000;
/** Pushes that wait for one gateway: one that is dead leaves room for the others. */
export const MAX_WAITING_PER_GATEWAY = 5_000;
/** Posts to one gateway at a time. */
export const MAX_POSTS_PER_GATEWAY = 16;
/** A push that was not taken after so many posts is dropped. */
export const MAX_ATTEMPTS = 5;
/** How long a gateway that failed is left alone, doubled each time, with up to as much again by chance. */
export const FIRST_PAUSE_MS = 1_000;
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
}

interface Waiting {
  readonly push: PushRequest;
  attempts: number;
}

interface Gateway {
  readonly waiting: Waiting[];
  posts: number;
  failures: number;
  pause: Timer | undefined;
}

/** Pushes on their way: bounded, a queue for each gateway, those that can't be reached tried again with growing pauses. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #gateways = new Map<string, Gateway>();
  #waiting = 0;
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
    const { host } = push.url;
    const gateway = this.#gateways.get(host) ?? { waiting: [], posts: 0, failures: 0, pause: undefined };
    if (!this.#isOpen || this.#waiting >= MAX_WAITING_PUSHES || gateway.waiting.length >= MAX_WAITING_PER_GATEWAY) {
      this.#dropped++;
      return;
    }
    this.#gateways.set(host, gateway);
    gateway.waiting.push({ push, attempts: 0 });
    this.#waiting++;
    this.#postNext(host, gateway);
  }

  /** Forgets what waits; posts under way come to their end. */
  close(): void {
    this.#isOpen = false;
    for (const { pause } of this.#gateways.values()) pause?.cancel();
    this.#gateways.clear();
    this.#waiting = 0;
  }

  #postNext(host: string, gateway: Gateway): void {
    while (this.#isOpen && gateway.pause === undefined && gateway.posts < roomFor(gateway)) {
      const next = gateway.waiting.shift();
      if (next === undefined) break;
      this.#waiting--;
      gateway.posts++;
      next.attempts++;
      void this.#options.post(next.push).then((outcome) => {
        gateway.posts--;
        this.#settle(host, gateway, next, outcome);
        this.#postNext(host, gateway);
      });
    }
    if (gateway.posts === 0 && gateway.waiting.length === 0 && gateway.pause === undefined) this.#gateways.delete(host);
  }

  #settle(host: string, gateway: Gateway, sent: Waiting, outcome: PostOutcome): void {
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
        this.#dropped++;
        return;
      case "unreachable":
        this.#retry(gateway, sent);
        this.#pause(host, gateway, outcome.retryAfterMs);
    }
  }

  #retry(gateway: Gateway, sent: Waiting): void {
    if (!this.#isOpen || sent.attempts >= MAX_ATTEMPTS || this.#waiting >= MAX_WAITING_PUSHES) {
      this.#dropped++;
      return;
    }
    this.#retried++;
    this.#waiting++;
    gateway.waiting.unshift(sent);
  }

  /** The whole gateway rests: what waits for it would fare no better. */
  #pause(host: string, gateway: Gateway, advisedMs = 0): void {
    if (!this.#isOpen || gateway.pause !== undefined) return;
    const { scheduler, random } = this.#options;
    const growing = FIRST_PAUSE_MS * 2 ** gateway.failures++ * uniform(random, 1, 2);
    const pause = Math.min(Math.max(growing, advisedMs), LONGEST_PAUSE_MS);
    gateway.pause = scheduler.at(scheduler.now() + pause, () => {
      gateway.pause = undefined;
      this.#postNext(host, gateway);
    });
  }
}

/** A gateway that has just failed is tried with one push, not with many. */
function roomFor({ failures }: Gateway): number {
  return failures === 0 ? MAX_POSTS_PER_GATEWAY : 1;
}
