import type { NodeId } from "../../id/index.ts";
import { type RandomSource, uniform } from "../../random/index.ts";
import type { Scheduler } from "../../scheduler/index.ts";
import type { PackedValue } from "../../value/index.ts";
import type { Copies } from "../copies.ts";
import type { Holdings } from "../holdings.ts";
import { REPUBLISH_MS, REPUBLISH_SPREAD_MS } from "../lifetime.ts";
import type { Lookups } from "../lookups.ts";
import { outvotedBy } from "./outvoted.ts";

/** When nobody took a republished pair. */
const RETRY_MS = 600_000;

/** A pair that this node's user stored and wants kept. Times are Unix ms. */
export interface Publication {
  readonly key: NodeId;
  readonly value: PackedValue;
  readonly publishedAt: number;
  readonly republishAt: number;
}

export interface PublisherOptions {
  readonly lookups: Lookups;
  readonly copies: Copies;
  readonly holdings: Holdings;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly onSuperseded: (key: NodeId) => void;
}

/** The original publisher's duty: to store each of its pairs anew within 24 hours (Kademlia paper §2.3). */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #publications = new Map<string, Publication>();
  #isRunning = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  get publications(): readonly Publication[] {
    return [...this.#publications.values()];
  }

  /** Takes the duty on: the pair was stored just now. */
  add(key: NodeId, value: PackedValue): void {
    const publishedAt = this.#options.scheduler.wallClock();
    const republishAt = publishedAt + REPUBLISH_MS - uniform(this.#options.random, 0, REPUBLISH_SPREAD_MS);
    this.restore({ key, value, publishedAt, republishAt });
  }

  /** Takes the duty on from an earlier run. */
  restore(publication: Publication): void {
    this.#publications.set(publication.key.hex, publication);
  }

  /** Ends the duty. Copies on other nodes live until they expire. */
  remove(key: NodeId): boolean {
    return this.#publications.delete(key.hex);
  }

  /** Sees to all pairs that are due, one after the other. */
  async round(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      const now = this.#options.scheduler.wallClock();
      for (const publication of this.publications)
        if (publication.republishAt <= now) await this.#republish(publication);
    } finally {
      this.#isRunning = false;
    }
  }

  async #republish(publication: Publication): Promise<void> {
    const { lookups, copies, holdings, scheduler, onSuperseded } = this.#options;
    const { key, value } = publication;
    const { closest, votes } = await lookups.census(key);
    // Withdrawn or replaced meanwhile.
    if (this.#publications.get(key.hex) !== publication) return;
    if (outvotedBy(publication, votes, holdings.get(key), scheduler.wallClock())) {
      this.remove(key);
      onSuperseded(key);
      return;
    }
    const outcomes = await Promise.all(closest.map(({ address }) => copies.store(key, value, address)));
    if (this.#publications.get(key.hex) !== publication) return;
    if (outcomes.includes(true)) this.add(key, value);
    else this.restore({ ...publication, republishAt: scheduler.wallClock() + RETRY_MS });
  }
}
