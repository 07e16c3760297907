import type { Address } from "../address/index.ts";
import type { NodeId } from "../id/index.ts";
import type { NodeEntry } from "../wire/index.ts";

/** Consecutive unanswered requests after which a contact may be replaced (Kademlia paper §4.1). */
export const STALE_AFTER_FAILURES = 5;

/** How long a contact rests after its first failure; twice as long after each further one (Kademlia paper §4.1). */
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 3_600_000;

/** A node that has proved, by answering a ping, that it is at its address. */
export class Contact implements NodeEntry {
  readonly id: NodeId;
  address: Address;
  /** When it was last heard of, monotonic ms. */
  seenAt: number;
  /** Unanswered requests since then. */
  failures = 0;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(id: NodeId, address: Address, now: number) {
    this.id = id;
    this.address = address;
    this.seenAt = now;
  }

  heard(now: number): void {
    this.seenAt = now;
    this.failures = 0;
    this.#restsUntil = Number.NEGATIVE_INFINITY;
  }

  failed(now: number): void {
    this.#restsUntil = now + Math.min(FIRST_REST_MS * 2 ** this.failures, LONGEST_REST_MS);
    this.failures++;
  }

  get isStale(): boolean {
    return this.failures >= STALE_AFTER_FAILURES;
  }

  /** Whether it is left alone for a while, because it did not answer lately. */
  isResting(now: number): boolean {
    return now < this.#restsUntil;
  }
}
