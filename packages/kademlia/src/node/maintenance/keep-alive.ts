import type { NodeId } from "../../id/index.ts";
import type { Contact, RoutingTable } from "../../routing/index.ts";
import type { Rpc } from "../../rpc/index.ts";
import type { Scheduler } from "../../scheduler/index.ts";

/** Below the half minute after which home routers forget a UDP mapping. */
export const KEEP_ALIVE_MS = 25_000;
const CONTACTS_PER_ROUND = 3;

export interface KeepAliveOptions {
  readonly ownId: NodeId;
  readonly table: RoutingTable;
  readonly rpc: Rpc;
  readonly scheduler: Scheduler;
}

/**
 * Pings the contacts unheard of for longest, a few at a time. It keeps the way in through a NAT open towards nodes that
 * know us, and notices the dead before a lookup stumbles over them.
 */
export class KeepAlive {
  readonly #options: KeepAliveOptions;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
  }

  async round(): Promise<void> {
    const { ownId, table, rpc, scheduler } = this.#options;
    const now = scheduler.now();
    const silent: Contact[] = [];
    for (const bucket of table.buckets()) {
      const head = bucket.contacts.find((contact) => !contact.isResting(now));
      if (head && now - head.seenAt >= KEEP_ALIVE_MS) silent.push(head);
    }
    silent.sort((a, b) => a.seenAt - b.seenAt);
    await Promise.all(silent.slice(0, CONTACTS_PER_ROUND).map(({ address }) => rpc.ping(ownId, address)));
  }
}
