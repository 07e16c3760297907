import { randomBytes } from "node:crypto";
import type { Scheduler } from "@hashmere/dht/engine";

/** A ticket that nobody uses is worth nothing after that. */
export const TICKET_LIFETIME_MS = 30_000;
/** Tickets that are out at a time. */
export const MAX_TICKETS = 4_096;
const TICKET_BYTES = 24;

/**
 * Lets in, once and soon, who can't say who he is: a browser's EventSource sends no headers, and what stands in a URL is
 * found later in histories and logs. A ticket that is found there opens nothing any more.
 */
export class Tickets {
  readonly #scheduler: Scheduler;
  /** When they end (monotonic), the first first. */
  readonly #ends = new Map<string, number>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Undefined when too many are out. */
  issue(): string | undefined {
    const now = this.#scheduler.now();
    for (const [ticket, end] of this.#ends) {
      if (end > now) break;
      this.#ends.delete(ticket);
    }
    if (this.#ends.size >= MAX_TICKETS) return undefined;
    const ticket = randomBytes(TICKET_BYTES).toString("base64url");
    this.#ends.set(ticket, now + TICKET_LIFETIME_MS);
    return ticket;
  }

  /** Whether it is good. It isn't any more afterwards. */
  redeem(ticket: string): boolean {
    const end = this.#ends.get(ticket);
    this.#ends.delete(ticket);
    return end !== undefined && end > this.#scheduler.now();
  }
}
