import type { NodeId } from "../../id/index.ts";
import type { Contact, RoutingTable } from "../../routing/index.ts";
import type { Scheduler } from "../../scheduler/index.ts";
import type { Copies } from "../copies.ts";
import type { Holdings } from "../holdings.ts";

/** Newcomers waiting for their pairs. More than these get theirs by the hourly replication. */
const MAX_WAITING_NEWCOMERS = 256;
/** Pairs looked at before other work gets its turn. */
const PAIRS_PER_SLICE = 500;
/** Copies under way to one newcomer: its socket's buffer holds little. */
const COPIES_AT_ONCE = 8;

export interface HandoverOptions {
  readonly table: RoutingTable;
  readonly holdings: Holdings;
  readonly copies: Copies;
  readonly scheduler: Scheduler;
}

/** Gives a node that has joined the pairs which it should hold (Kademlia paper §2.5), paced. */
export class Handover {
  readonly #options: HandoverOptions;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: HandoverOptions) {
    this.#options = options;
  }

  /** Resolves when the newcomer has been served, after those before it. */
  serve(newcomer: Contact): Promise<void> {
    if (this.#options.holdings.storage.size === 0 || this.#waiting >= MAX_WAITING_NEWCOMERS) return Promise.resolve();
    this.#waiting++;
    const served = this.#last.then(() => this.#serveNow(newcomer));
    this.#last = served.then(
      () => this.#leave(),
      () => this.#leave(),
    );
    return served;
  }

  #leave(): void {
    this.#waiting--;
  }

  async #serveNow(newcomer: Contact): Promise<void> {
    const { table, holdings, copies, scheduler } = this.#options;
    let looked = 0;
    let underWay: Promise<boolean | undefined>[] = [];
    for (const { key, value, publishedAt, expiresAt } of holdings.storage.pairs()) {
      if (++looked % PAIRS_PER_SLICE === 0) await nextTurn(scheduler);
      if (expiresAt <= scheduler.wallClock() || !isHandedOver(key, newcomer, table)) continue;
      underWay.push(copies.handOn(key, value, publishedAt, newcomer.address));
      if (underWay.length === COPIES_AT_ONCE) {
        if ((await Promise.all(underWay)).includes(undefined)) return; // it has gone again
        underWay = [];
      }
    }
    await Promise.all(underWay);
  }
}

/**
 * Whether we give a newcomer the pair at `key`: if it is nearer than the farthest of the k nearest that we know without
 * it, and nobody of these is nearer than we are, so that one of them does it and not all.
 */
export function isHandedOver(key: NodeId, newcomer: { readonly id: NodeId }, table: RoutingTable): boolean {
  // Counting is cheap, and most pairs go no further: others are nearer to them.
  const isNewcomerNearer = table.find(newcomer.id) && key.compareDistance(newcomer.id, table.ownId) < 0;
  if (table.countNearerThanSelf(key) > (isNewcomerNearer ? 1 : 0)) return false;
  const farthest = table.closest(key, table.k, (contact) => !contact.id.equals(newcomer.id)).at(-1);
  return farthest === undefined || key.compareDistance(newcomer.id, farthest.id) < 0;
}

function nextTurn(scheduler: Scheduler): Promise<void> {
  return new Promise((resolve) => scheduler.at(scheduler.now(), resolve));
}
