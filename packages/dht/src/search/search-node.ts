import { NEVER, type Peer } from "../routing/index.ts";
import type { Ask } from "./ask.ts";
import { ASK_PATIENCE_MS } from "./limits.ts";
import type { Probe } from "./probe.ts";

const NO_ASKS: readonly Ask[] = [];

/** A peer as one search sees it. */
export class SearchNode {
  readonly peer: Peer;
  /** What the node wants to see with a put or listen. */
  token: Uint8Array | undefined;
  /** How long its last answer to a find or get of this search counts, monotonic ms. */
  syncedUntil = NEVER;
  /** It had to be asked twice: until it answers, it neither blocks nor counts. */
  isCandidate = false;
  /** It answered with an error, or refuses its own tokens: not asked before this time. */
  pausedUntil = NEVER;
  /** It held so little under the key when it was asked last that it needn't be asked for ids first. */
  isBrief = false;
  /** It was taken for dead and hasn't been heard since. */
  isLost = false;
  /** When the last question was sent to it, monotonic ms. */
  askedAt = NEVER;
  /** The question under way which announced values the node holds. */
  probe: Probe | undefined;
  #asks: Ask[] | undefined;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Questions under way, and answered ones that still count for a waiting get. */
  get asks(): readonly Ask[] {
    return this.#asks ?? NO_ASKS;
  }

  addAsk(ask: Ask): void {
    this.#asks ??= [];
    this.#asks.push(ask);
  }

  /** Forgets the questions of which `isNeeded` says no; those under way are cancelled. */
  keepAsks(isNeeded: (ask: Ask) => boolean): void {
    if (this.#asks === undefined) return;
    const kept: Ask[] = [];
    for (const ask of this.#asks) {
      if (isNeeded(ask)) kept.push(ask);
      else ask.cancel();
    }
    this.#asks = kept.length > 0 ? kept : undefined;
    // Nobody waits for its answer any more, so it isn't slow either.
    if (!this.isAsked) this.isCandidate = false;
  }

  removeAsk(ask: Ask): void {
    const place = this.#asks?.indexOf(ask) ?? -1;
    if (place >= 0) this.#asks?.splice(place, 1);
  }

  /** A find, get or probe is under way. */
  get isAsked(): boolean {
    if (this.probe !== undefined) return true;
    for (const ask of this.asks) if (ask.isPending) return true;
    return false;
  }

  isPaused(now: number): boolean {
    return now < this.pausedUntil;
  }

  /** It makes no sense to send it anything. */
  isDead(now: number): boolean {
    return this.peer.isExpired || this.isPaused(now);
  }

  isBad(now: number): boolean {
    return this.isCandidate || this.isDead(now);
  }

  /** It answered lately, and we have a token for it. */
  isSynced(now: number): boolean {
    return this.token !== undefined && now < this.syncedUntil && !this.isDead(now);
  }

  /** It is asked, and should have answered by now. */
  isOverdue(now: number): boolean {
    return now >= this.askedAt + ASK_PATIENCE_MS && this.isAsked && !this.isSynced(now);
  }

  /** It may be asked again, whatever it did. */
  pardon(): void {
    this.pausedUntil = NEVER;
    this.isLost = this.peer.isExpired;
  }

  /** The token is no good any more: the node has to be asked for another one. */
  forgetToken(): void {
    this.token = undefined;
    this.syncedUntil = NEVER;
  }

  /** Ends all that is under way and doesn't belong to an announcement or subscription. */
  cancelAsks(): void {
    this.probe?.cancel();
    this.keepAsks(() => false);
  }
}
