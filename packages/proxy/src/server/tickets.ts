import { randomBytes } from "node:crypto";
import type { Scheduler, Timer } from "@hashmere/dht/engine";
import type { ClientAccount } from "./client-account.ts";
import type { ClientLedger } from "./client-ledger.ts";

/** A ticket that nobody uses is worth nothing after that. */
export const TICKET_LIFETIME_MS = 30_000;
const TICKET_BYTES = 24;

/**
 * Lets in, once and soon, who can't say who he is: a browser's EventSource sends no headers, and what stands in a URL is
 * found later in histories and logs. A ticket that is found there opens nothing any more.
 */
export class Tickets {
  readonly #scheduler: Scheduler;
  readonly #ledger: ClientLedger;
  readonly #out = new Map<string, { readonly account: ClientAccount; readonly end: Timer }>();

  constructor(scheduler: Scheduler, ledger: ClientLedger) {
    this.#scheduler = scheduler;
    this.#ledger = ledger;
  }

  /** @param account of whom it is for; one of its tickets is taken until this one is used, or worth nothing */
  issue(account: ClientAccount): string {
    const ticket = randomBytes(TICKET_BYTES).toString("base64url");
    const end = this.#scheduler.at(this.#scheduler.now() + TICKET_LIFETIME_MS, () => this.redeem(ticket));
    this.#ledger.take(account, "tickets");
    this.#out.set(ticket, { account, end });
    return ticket;
  }

  /** Whether it is good. It isn't any more afterwards. */
  redeem(ticket: string): boolean {
    const issued = this.#out.get(ticket);
    if (issued === undefined) return false;
    this.#out.delete(ticket);
    issued.end.cancel();
    this.#ledger.giveBack(issued.account, "tickets");
    return true;
  }
}
