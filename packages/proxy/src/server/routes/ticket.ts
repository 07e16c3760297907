import { TICKET_LIFETIME_MS } from "../tickets.ts";
import type { Route } from "./route.ts";

/** For streams of events in browsers, which can't present a token. */
export const takeTicket: Route = {
  method: "POST",
  path: "/node/ticket",
  summary:
    "A ticket that opens one stream of server-sent events without a token: as `?ticket=` in its URL, within 30 s.",
  gives: "object",
  handle(exchange) {
    exchange.mustHaveLeft("tickets");
    const ticket = exchange.service.tickets.issue(exchange.account);
    exchange.answer({ expires_in: TICKET_LIFETIME_MS / 1000, ticket });
  },
};
