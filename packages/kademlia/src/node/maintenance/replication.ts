import type { Scheduler } from "../../scheduler/index.ts";
import type { Pair } from "../../storage/index.ts";
import type { Copies } from "../copies.ts";
import type { Holdings } from "../holdings.ts";
import type { Lookups } from "../lookups.ts";
import { outvotedBy } from "./outvoted.ts";

/** Pairs handed on at the same time. */
const PAIRS_AT_ONCE = 4;

export interface ReplicationOptions {
  readonly holdings: Holdings;
  readonly lookups: Lookups;
  readonly copies: Copies;
  readonly scheduler: Scheduler;
}

/**
 * Hands each held pair on to the k nodes nearest to its key when no store of it was seen for an hour (Kademlia paper
 * §2.5). First it asks what these hold: a holder that missed a newer value adopts it instead of spreading its own.
 */
export class Replication {
  readonly #options: ReplicationOptions;
  #isRunning = false;

  constructor(options: ReplicationOptions) {
    this.#options = options;
  }

  /** Sees to all pairs that are due. */
  async round(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      const due = [...this.#options.holdings.storage.dueForReplication(this.#options.scheduler.wallClock())];
      const worker = async () => {
        for (let pair = due.shift(); pair; pair = due.shift()) {
          const isInNetwork = await this.#handOn(pair);
          if (!isInNetwork) due.length = 0; // the others can wait as well
        }
      };
      await Promise.all(Array.from({ length: PAIRS_AT_ONCE }, worker));
    } finally {
      this.#isRunning = false;
    }
  }

  /** False if no node answers: the pair stays due. */
  async #handOn({ key, replicateAt }: Pair): Promise<boolean> {
    const { holdings, lookups, copies, scheduler } = this.#options;
    const pair = holdings.get(key);
    // Expired, or somebody stored it while it waited here.
    if (!pair || pair.replicateAt !== replicateAt) return true;
    const { closest, votes } = await lookups.census(key);
    if (closest.length === 0) return false;
    holdings.postpone(key);
    const newer = outvotedBy(pair, votes, pair, scheduler.wallClock());
    if (newer) {
      // Its age is not told. It is newer than ours; its true holders will tell how much.
      holdings.replicate(key, newer, scheduler.wallClock() - pair.publishedAt - 1);
    } else {
      await Promise.all(closest.map(({ address }) => copies.handOn(key, pair.value, pair.publishedAt, address)));
    }
    return true;
  }
}
