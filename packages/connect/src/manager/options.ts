import type { Identity } from "@hashmere/crypto";
import type { DhtRunnerConfig, Logger, RandomSource, Scheduler } from "@hashmere/dht";
import type { CandidateSource } from "../ice/index.ts";
import type { LinkLimits } from "../mux/index.ts";
import type { ReachOptions } from "../reach/index.ts";
import type { LegacyMode, SignallingDht } from "../signalling/index.ts";
import type { CertificateStore } from "../trust/index.ts";
import type { Allow } from "./admission.ts";
import type { Layers } from "./layers.ts";

/** How a manager meets the world. All but the identity may be left out. */
export interface ConnectionManagerOptions extends ReachOptions {
  /** An RSA key and its certificate. One that vouches for itself gets an authority of its own for the run. */
  readonly identity: Identity;
  /** Who may open connections to us: ids of devices or accounts, certificates, or a decision. Default: nobody. */
  readonly allow?: Allow | undefined;
  /** A running DHT node with this identity, or the client of a proxy. Default: a node of our own. */
  readonly dht?: SignallingDht | undefined;
  /** `host[:port]` of nodes to join through, for a node of our own. Default: the public network. */
  readonly bootstrap?: string | Iterable<string> | undefined;
  /** How a node of our own behaves beyond that. */
  readonly node?: Omit<DhtRunnerConfig, "identity" | "bootstrap" | "logger"> | undefined;
  /** Folder for what outlives the run: certificates of peers, requests dealt with, the node's state. Default: memory alone. */
  readonly cachePath?: string | undefined;
  /** Certificates of peers. Default: a store in `cachePath`. */
  readonly certificates?: CertificateStore | undefined;
  /** Which inboxes are used, for peers of different ages. Default `enabled`. */
  readonly legacyMode?: LegacyMode | undefined;
  /** Tell a device that isn't allowed so, instead of keeping silent: its user need not wait. Default true. */
  readonly answerRefusals?: boolean | undefined;
  /** Make a link again by ourselves that broke while channels were open on it. Default true. */
  readonly relink?: boolean | undefined;
  /** Further ways to be reached, beside the sockets of this machine: for each attempt anew. */
  readonly sources?: (() => readonly CandidateSource[]) | undefined;
  /**
   * Offer loopback addresses too, and leave the router alone: for two devices on one machine without a network.
   * Default false.
   */
  readonly includeLoopback?: boolean | undefined;
  readonly linkLimits?: Partial<LinkLimits> | undefined;
  /** Its abort closes the manager. */
  readonly signal?: AbortSignal | undefined;
  readonly logger?: Logger | undefined;
  /** Another clock than the system's. */
  readonly clock?: Scheduler | undefined;
  /** Another source of chance than the system's. */
  readonly random?: RandomSource | undefined;
  /** What stands in for ICE and TLS. */
  readonly layers?: Layers | undefined;
}
