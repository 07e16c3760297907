import type { NodeEntry } from "../../wire/index.ts";

/** Something under way. */
export interface Operation {
  /** Ends it; its callbacks are not called any more. Harmless when it is over. */
  cancel(): void;
}

/** How a get or query ended. */
export interface LookupOutcome {
  /** The nodes closest to the key have answered in at least one family, or the asker had enough. */
  readonly ok: boolean;
  /** The nodes of the search, nearest first, IPv4 before IPv6. */
  readonly nodes: readonly NodeEntry[];
}
