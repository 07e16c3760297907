import type { NodeEntry } from "../../wire/index.ts";

/** How a get or a query ended. */
export interface LookupResult {
  /** The nodes closest to the key were asked and answered, whether or not they had something. */
  readonly ok: boolean;
  /** The nodes asked, of both families, nearest first. */
  readonly nodes: readonly NodeEntry[];
  /** Results that were not read in time (more than 65,536 waited). */
  readonly dropped: number;
}

/** How a lookup is read and ended. */
export interface ResultStreamOptions {
  /** Its abort stops the lookup; the loop throws its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Throw a DhtError (`ERR_LOOKUP_FAILED`) at the end of the loop when no node could be asked. Default: end normally. */
  readonly throwOnFailure?: boolean | undefined;
}

/**
 * The results of a get or query as they arrive: `for await` over it. Leaving the loop stops the lookup; `done` tells how
 * it ended. An abort makes the loop throw the signal's reason.
 */
export class ResultStream<T> implements AsyncIterable<T> {
  /** How the lookup ended. Never rejects; an abort counts as `ok: false`. */
  readonly done: Promise<LookupResult>;
  readonly #results: AsyncIterator<T, undefined>;
  readonly #cancel: () => void;

  constructor(results: AsyncIterator<T, undefined>, done: Promise<LookupResult>, cancel: () => void) {
    this.#results = results;
    this.done = done;
    this.#cancel = cancel;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.#results;
  }

  /** Stops asking: what has arrived counts as the outcome. */
  cancel(): void {
    this.#cancel();
  }
}
