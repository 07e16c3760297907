import type { Family } from "../address/index.ts";
import type { DhtNodeOptions } from "../node/index.ts";
import type { Duration } from "./duration.ts";
import type { Latency } from "./latency.ts";

/** What a test may set for its nodes; the testnet itself brings time, chance, addresses and the network. */
export type TestNodeConfig = Omit<Partial<DhtNodeOptions>, "scheduler" | "random" | "send" | "families" | "resolve">;

/** What network to make. */
export interface TestnetOptions {
  /** How many nodes to start with. Default 2. */
  readonly nodes?: number;
  /** One seed gives exactly one run. Default 1. */
  readonly seed?: number;
  /** How long datagrams travel. Default `"lan"`. */
  readonly latency?: Latency;
  /** Chance (0 … 1) that a datagram is lost. Default 0. */
  readonly loss?: number;
  /** Chance that a datagram arrives twice. Default 0. */
  readonly duplication?: number;
  /** Chance that a datagram is held back up to 50 ms, so that others overtake it. Default 0. */
  readonly reordering?: number;
  /** Nodes that come and go by themselves. Default: none. */
  readonly churn?: ChurnOptions;
  /** Default `[4]`. */
  readonly families?: readonly Family[];
  /** Nodes per IP address: they share rate limits and quotas. Default 1. */
  readonly nodesPerHost?: number;
  /** How many nodes (the first ones) others bootstrap from. Default: one, and one more per 100 nodes. */
  readonly bootstraps?: number;
  /** Nodes start one after the other, that far apart. Default 10 ms. */
  readonly joinInterval?: Duration;
  /** How long to let the network settle after the last start, before it is handed over. Default 15 s. */
  readonly settle?: Duration;
  /** Of all nodes, or of each by its number. */
  readonly config?: TestNodeConfig | ((index: number) => TestNodeConfig);
  /** Computes `traceHash` along the way, at some cost. Default false. */
  readonly trace?: boolean;
}

/** How nodes come and go by chance. */
export interface ChurnOptions {
  /** How long a node lives, on average (exponentially distributed). */
  readonly lifetime: Duration;
  /** How long it is away, on average, until it comes back under the same id and with nothing stored. Default 1 min. */
  readonly downtime?: Duration;
  /** The first so many nodes stay. Default: those that others bootstrap from. */
  readonly spare?: number;
}

export const DEFAULTS = {
  nodes: 2,
  seed: 1,
  latency: "lan",
  loss: 0,
  duplication: 0,
  reordering: 0,
  families: [4],
  nodesPerHost: 1,
  joinInterval: 10,
  settle: 15_000,
  downtime: 60_000,
} as const;
