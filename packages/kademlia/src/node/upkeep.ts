import type { RandomSource } from "../random/index.ts";
import { Repeating, type Scheduler } from "../scheduler/index.ts";
import type { Storage } from "../storage/index.ts";
import type { Bootstrapper } from "./bootstrapper.ts";
import { KEEP_ALIVE_MS, type KeepAlive } from "./maintenance/keep-alive.ts";
import type { Publisher } from "./maintenance/publisher.ts";
import type { Refresh } from "./maintenance/refresh.ts";
import type { Replication } from "./maintenance/replication.ts";

/** How often to look whether anything is due. */
const ROUND_MS = 60_000;

export interface UpkeepOptions {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly storage: Storage;
  readonly bootstrapper: Bootstrapper;
  readonly refresh: Refresh;
  readonly publisher: Publisher;
  readonly replication: Replication;
  readonly keepAlive: KeepAlive;
  /** Default 25 s; Infinity never. */
  readonly keepAliveMs?: number | undefined;
  readonly onError: (error: unknown) => void;
}

/** What a node does without being asked: it forgets, refreshes, publishes, hands on, and stays in touch. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #repeating: readonly Repeating[] = [];

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    const { scheduler, random, keepAlive, keepAliveMs = KEEP_ALIVE_MS, onError } = this.#options;
    this.#repeating = [
      new Repeating(scheduler, random, ROUND_MS, () => void this.round().catch(onError)),
      new Repeating(scheduler, random, keepAliveMs, () => void keepAlive.round().catch(onError)),
    ];
  }

  stop(): void {
    for (const repeating of this.#repeating) repeating.stop();
  }

  /** Sees to all that is due now. */
  async round(): Promise<void> {
    const { scheduler, storage, bootstrapper, refresh, publisher, replication } = this.#options;
    storage.expire(scheduler.wallClock());
    bootstrapper.checkIsolation();
    await refresh.idleBuckets();
    await publisher.round();
    await replication.round();
  }
}
