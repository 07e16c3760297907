import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Tickets } from "./tickets.ts";

const BEARER = /^Bearer +(.+)$/i;
const TICKET = /[?&]ticket=([\w-]+)(?:&|$)/;

/** Knows the tokens of those who may use the proxy; without any, everybody may. */
export class Authorization {
  readonly #digests: readonly Buffer[];
  readonly #tickets: Tickets;

  constructor(tickets: Tickets, tokens: readonly string[] = []) {
    this.#tickets = tickets;
    this.#digests = tokens.map(digest);
  }

  /** @param mayStream what is asked for can come as a stream of events: then a ticket lets in, and is used up */
  allows({ headers, url = "" }: Pick<IncomingMessage, "headers" | "url">, mayStream: boolean): boolean {
    if (this.#digests.length === 0) return true;
    const { authorization, accept } = headers;
    if (authorization !== undefined) return this.#knows(authorization);
    if (!mayStream || !accept?.includes("text/event-stream")) return false;
    const [, ticket] = TICKET.exec(url) ?? [];
    return ticket !== undefined && this.#tickets.redeem(ticket);
  }

  #knows(header: string): boolean {
    const [, token] = BEARER.exec(header) ?? [];
    if (token === undefined) return false;
    const given = digest(token);
    // All are compared, so that the time tells nothing.
    return this.#digests.filter((known) => timingSafeEqual(known, given)).length > 0;
  }
}

/** Texts of any length become comparable in constant time. */
function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
