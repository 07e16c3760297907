import { MAX_BROWSER_STREAMS } from "./limits.ts";
import { claimAmongTabs, type Release } from "./tab-claims.ts";

/** How many streams are open at a time. */
export interface StreamSlots {
  /** One more may be, until its slot is given back; undefined when that is too many. */
  take(): Promise<Release | undefined>;
}

/**
 * A browser has few connections to a server, for all of its tabs together, so there the tabs of a site share so many
 * streams; elsewhere each client has so many, or as many as it likes.
 */
export function streamSlots(count: number | undefined): StreamSlots {
  const isBrowser = "document" in globalThis || "WorkerGlobalScope" in globalThis;
  return isBrowser ? new SharedSlots(count ?? MAX_BROWSER_STREAMS) : new OwnSlots(count ?? Number.POSITIVE_INFINITY);
}

class OwnSlots implements StreamSlots {
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<Release | undefined> {
    if (this.#free <= 0) return undefined;
    this.#free--;
    return () => void this.#free++;
  }
}

/** Slots with names, of which each tab of a site claims what it can get. */
export class SharedSlots implements StreamSlots {
  readonly #count: number;
  readonly #claim: (name: string) => Promise<Release | undefined>;

  constructor(count: number, claim: (name: string) => Promise<Release | undefined> = claimAmongTabs) {
    this.#count = count;
    this.#claim = claim;
  }

  async take(): Promise<Release | undefined> {
    if (this.#count === Number.POSITIVE_INFINITY) return () => {};
    for (let number = 1; number <= this.#count; number++) {
      const release = await this.#claim(`hashmere stream ${number}`);
      if (release) return release;
    }
    return undefined;
  }
}
