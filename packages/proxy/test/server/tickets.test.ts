import { VirtualScheduler } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { ClientAccount } from "../../src/server/client-account.ts";
import { ClientLedger } from "../../src/server/client-ledger.ts";
import { DEFAULT_LIMITS } from "../../src/server/limits.ts";
import { TICKET_LIFETIME_MS, Tickets } from "../../src/server/tickets.ts";

function rig() {
  const scheduler = new VirtualScheduler();
  const ledger = new ClientLedger(DEFAULT_LIMITS, scheduler);
  const account = new ClientAccount("192.0.2.1", scheduler, 1);
  return { scheduler, ledger, account, tickets: new Tickets(scheduler, ledger) };
}

describe("a ticket", () => {
  test("is good once, and not for long", () => {
    const { scheduler, account, tickets } = rig();
    const [used, late] = [tickets.issue(account), tickets.issue(account)];
    expect(used).toHaveLength(32);
    expect(used).not.toBe(late);
    scheduler.advance(TICKET_LIFETIME_MS - 1);
    expect([tickets.redeem(used), tickets.redeem(used), tickets.redeem("made up")]).toEqual([true, false, false]);
    scheduler.advance(1);
    expect(tickets.redeem(late)).toBe(false);
  });

  test("counts for its client until it is used, or worth nothing", () => {
    const { scheduler, ledger, account, tickets } = rig();
    const used = tickets.issue(account);
    tickets.issue(account);
    expect([ledger.total("tickets"), account.shares.tickets]).toEqual([2, 2]);
    tickets.redeem(used);
    expect([ledger.total("tickets"), account.shares.tickets]).toEqual([1, 1]);
    scheduler.advance(TICKET_LIFETIME_MS);
    expect([ledger.total("tickets"), account.shares.tickets]).toEqual([0, 0]);
  });
});
