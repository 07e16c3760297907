import type { Family } from "../address/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { RandomSource } from "../random/index.ts";
import type { PeerCache } from "../routing/index.ts";
import type { Rpc } from "../rpc/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { ValueTypeRegistry } from "../value/index.ts";
import type { KnownTokens } from "./known-tokens.ts";
import type { Search } from "./search.ts";

/** What a search sends. Requests call their handlers never before the call that made them has returned. */
export type SearchRpc = Pick<Rpc, "find" | "get" | "put" | "refresh" | "listen" | "openSocket" | "closeSocket">;

/** Where a value type's life is looked up. */
export type ValueLives = Pick<ValueTypeRegistry, "get">;

/** What a search needs of the world: its family's table, and what the table was given. */
export interface SearchHost {
  readonly family: Family;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly rpc: SearchRpc;
  readonly peers: PeerCache;
  readonly types: ValueLives;
  readonly tokens: KnownTokens;
  /** Life of a listen subscription as we count it, ms. */
  readonly listenLifetimeMs: number;
  /** How much the searches that can wait are spread over time when they all have to begin again, ms. */
  readonly restartSpreadMs: number;
  /** The search has nothing left to do. */
  onDone(search: Search): void;
  /** Nobody answers the search any more. */
  onExpired(search: Search): void;
  /** A permanent value is announced again. */
  onRenewed(key: InfoHash, valueId: bigint): void;
}
