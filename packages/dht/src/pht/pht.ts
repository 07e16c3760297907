// Source: OpenDHT crypto layer §11, the prefix hash tree.
import type { RandomSource } from "../random/index.ts";
import { RealScheduler, SystemRandom } from "../runner/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import { type IndexValue, IndexValues } from "./index-entry.ts";
import { Inserter } from "./index-insert.ts";
import { type IndexKey, type KeySpec, linearize } from "./index-key.ts";
import { findLeaf } from "./index-lookup.ts";
import type { IndexNetwork } from "./index-network.ts";
import { LeafCache } from "./leaf-cache.ts";
import { readNode } from "./node-reader.ts";
import type { Prefix } from "./prefix.ts";

/** For tests: time and chance of an index. */
export interface PhtOptions {
  /** Another clock than the system's. */
  readonly clock?: Scheduler | undefined;
  /** Another source of chance than the system's. */
  readonly random?: RandomSource | undefined;
}

/** How an index is searched. */
export interface IndexLookupOptions {
  /** Only values of the very key. Otherwise those of the nearest keys found. Default true. */
  readonly exactMatch?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an index says of a key. */
export interface IndexLookupResult {
  /** False when the network could not be asked. */
  readonly ok: boolean;
  readonly values: readonly IndexValue[];
  /** The leaf of the tree at which the search ended. */
  readonly prefix: Prefix;
}

/**
 * An index over the DHT: keys of one or more fields lead to values, and keys near to each other are found together. It is
 * a tree of prefixes whose leaves hold up to 16 entries; entries live ten minutes unless they are inserted again.
 *
 * ```ts
 * await using rooms = new Pht("rooms", { city: 16 }, node);
 * await rooms.insert({ city: bytes("Oslo") }, { hash: InfoHash.get("room 1"), id: 0n });
 * const { values } = await rooms.lookup({ city: bytes("Oslo") });
 * ```
 */
export class Pht implements AsyncDisposable {
  readonly #network: IndexNetwork;
  readonly #spec: KeySpec;
  readonly #clock: Scheduler;
  readonly #values: IndexValues;
  readonly #cache = new LeafCache();
  readonly #inserter: Inserter;

  /** @param network a DhtRunner, or what does the same */
  constructor(name: string, spec: KeySpec, network: IndexNetwork, options: PhtOptions = {}) {
    this.#network = network;
    this.#spec = spec;
    const ownClock = new RealScheduler();
    this.#clock = options.clock ?? ownClock;
    this.#values = new IndexValues(name);
    this.#inserter = new Inserter({
      network,
      values: this.#values,
      cache: this.#cache,
      clock: this.#clock,
      random: options.random ?? new SystemRandom(),
      read: (prefix, signal) => readNode(network, this.#values, prefix, signal),
      onIdle: () => ownClock.stop(),
    });
  }

  /**
   * The values of a key.
   * @throws DhtError `ERR_INDEX_KEY` when the key doesn't have the fields of the index
   */
  async lookup(key: IndexKey, { exactMatch = true, signal }: IndexLookupOptions = {}): Promise<IndexLookupResult> {
    const prefix = linearize(this.#spec, key);
    const start = this.#cache.depthAlong(prefix, this.#clock.now());
    const found = await findLeaf(prefix, exactMatch ? "exact" : "nearest", start, (at, stop) =>
      readNode(this.#network, this.#values, at, anyOf(signal, stop)),
    );
    if (found.ok) this.#cache.add(found.leaf, this.#clock.now());
    return { ok: found.ok, values: found.entries.map(({ value }) => value), prefix: found.leaf };
  }

  /**
   * Makes a value known under a key, for ten minutes.
   * @returns false when the network could not be asked or did not take it
   * @throws DhtError `ERR_INDEX_KEY` when the key doesn't have the fields of the index
   */
  async insert(key: IndexKey, value: IndexValue): Promise<boolean> {
    const prefix = linearize(this.#spec, key);
    return this.#inserter.insert(prefix, { prefix: prefix.content, value }, this.#clock.wallClock());
  }

  /** Stops following entries to other leaves; what was inserted stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#inserter.close();
  }
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
