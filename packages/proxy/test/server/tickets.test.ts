import { VirtualScheduler } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { MAX_TICKETS, TICKET_LIFETIME_MS, Tickets } from "../../src/server/tickets.ts";

describe("a ticket", () => {
  test("is good once, and not for long", () => {
    const scheduler = new VirtualScheduler();
    const tickets = new Tickets(scheduler);
    const [used, late] = [tickets.issue() ?? "", tickets.issue() ?? ""];
    expect(used).not.toBe(late);
    scheduler.advance(TICKET_LIFETIME_MS - 1);
    expect([tickets.redeem(used), tickets.redeem(used), tickets.redeem("made up")]).toEqual([true, false, false]);
    scheduler.advance(1);
    expect(tickets.redeem(late)).toBe(false);
  });

  test("isn't given where too many are out, until they have ended", () => {
    const scheduler = new VirtualScheduler();
    const tickets = new Tickets(scheduler);
    for (let count = 0; count < MAX_TICKETS; count++) expect(tickets.issue()).toHaveLength(32);
    expect(tickets.issue()).toBeUndefined();
    scheduler.advance(TICKET_LIFETIME_MS);
    expect(tickets.issue()).toHaveLength(32);
  });
});
