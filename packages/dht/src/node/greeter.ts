import type { Peer } from "../routing/index.ts";
import type { Scheduler } from "../scheduler/index.ts";

/** Newcomers greeted in a row, and how long it takes until one more may be. */
export const GREETING_BURST = 64;
const GREETING_INTERVAL_MS = 20;

/**
 * Greets whoever has just come into the routing table by asking us something.
 *
 * A node is told to others only after it has answered a request of ours. OpenDHT leaves that to its maintenance, so nodes
 * that know nobody but one bootstrap node don't see each other for minutes. Ours pings newcomers at once. The source of a
 * query may be forged, so greetings have a budget of their own: whoever comes when it is spent waits for the maintenance.
 */
export class Greeter {
  readonly #scheduler: Scheduler;
  readonly #ping: (peer: Peer) => void;
  /** When the budget would be full again, monotonic ms. */
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(scheduler: Scheduler, ping: (peer: Peer) => void) {
    this.#scheduler = scheduler;
    this.#ping = ping;
  }

  greet(peer: Peer): void {
    if (peer.hasPendingRequest) return;
    const now = this.#scheduler.now();
    const fullAt = Math.max(this.#fullAt, now) + GREETING_INTERVAL_MS;
    if (fullAt - now > GREETING_BURST * GREETING_INTERVAL_MS) return;
    this.#fullAt = fullAt;
    this.#ping(peer);
  }
}
