import type { Address } from "../address/index.ts";
import type { NodeId } from "../id/index.ts";
import type { Contact, RoutingTable } from "../routing/index.ts";
import type { Rpc } from "../rpc/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { NodeEntry } from "../wire/index.ts";

/** Pings to newcomers that may be under way. More newcomers are not looked at: a flood of forged senders ends here. */
export const MAX_INTRODUCTIONS = 256;

export interface AdmissionOptions {
  readonly ownId: NodeId;
  readonly table: RoutingTable;
  readonly rpc: Rpc;
  readonly scheduler: Scheduler;
  readonly onAdmitted: (contact: Contact) => void;
}

/**
 * The door to the routing table. Whoever sends or is named is only heard of; a contact becomes who has answered a ping
 * at its address with its id (Kademlia paper §4.1). So nobody can be placed into the table by forged datagrams, and
 * each address is there once.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  /** Under way, by address. */
  readonly #introductions = new Map<string, Promise<NodeEntry | undefined>>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** A message came from this node, or an answer from where it was said to be. */
  heardFrom(node: NodeEntry): void {
    const { table, scheduler, ownId } = this.#options;
    const known = table.find(node.id);
    if (!known) {
      if (node.id.equals(ownId)) return;
      if (table.hasRoomFor(node.id)) this.#verify(node.address);
      else table.addReplacement(node);
    } else if (known.address.equals(node.address)) {
      table.heardFrom(known, scheduler.now());
    } else {
      // Moved, or somebody else with its id? The old address is asked; only when it is silent the new one counts.
      this.#verify(known.failures === 0 ? known.address : node.address);
    }
  }

  answered(from: Address): void {
    const { table, scheduler } = this.#options;
    const contact = table.findByAddress(from);
    if (contact) table.heardFrom(contact, scheduler.now());
  }

  unanswered(to: Address): void {
    const { table, scheduler } = this.#options;
    const contact = table.findByAddress(to);
    if (!contact) return;
    contact.failed(scheduler.now());
    if (contact.isStale) void this.#replace(contact);
  }

  /** Pings an address and takes in whoever answers. Undefined if nobody does. */
  introduce(address: Address): Promise<NodeEntry | undefined> {
    const underWay = this.#introductions.get(address.text);
    if (underWay) return underWay;
    const introduction = this.#introduce(address);
    this.#introductions.set(address.text, introduction);
    return introduction;
  }

  #verify(address: Address): void {
    if (this.#introductions.size < MAX_INTRODUCTIONS) void this.introduce(address);
  }

  async #introduce(address: Address): Promise<NodeEntry | undefined> {
    const { rpc, ownId, table, scheduler, onAdmitted } = this.#options;
    const id = await rpc.ping(ownId, address);
    this.#introductions.delete(address.text);
    if (!id || id.equals(ownId)) return undefined;
    const isNew = table.find(id) === undefined;
    const contact = table.add({ id, address }, scheduler.now());
    if (contact && isNew) onAdmitted(contact);
    return { id, address };
  }

  /** A stale contact gives way to the replacement seen last that is alive; without one it stays (Kademlia paper §4.1). */
  async #replace(stale: Contact): Promise<void> {
    const { table } = this.#options;
    while (stale.isStale && table.find(stale.id) === stale) {
      const replacement = table.bucketOf(stale.id).replacements.pop();
      if (!replacement) return;
      await this.introduce(replacement.address);
    }
  }
}
