// Source: OpenDHT crypto layer §11.7 to §11.9, insertion, canaries and watching for splits.
import type { RandomSource } from "../random/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { IndexEntry, IndexValues } from "./index-entry.ts";
import { findLeaf } from "./index-lookup.ts";
import type { IndexNetwork } from "./index-network.ts";
import type { LeafCache } from "./leaf-cache.ts";
import type { TreeNode } from "./node-reader.ts";
import { commonBits, type Prefix } from "./prefix.ts";

/** Entries that a leaf holds; one more splits it. */
export const MAX_NODE_ENTRY_COUNT = 16;
/** How long entries and canaries live; nobody renews them but who inserts them again. */
const ENTRY_LIFE_MS = 10 * 60_000;
/** Leaves watched for a split, each for the life of its entry; beyond that, entries are not moved when one happens. */
const MAX_WATCHED_LEAVES = 1024;

export interface InserterOptions {
  readonly network: IndexNetwork;
  readonly values: IndexValues;
  readonly cache: LeafCache;
  readonly clock: Scheduler;
  readonly random: RandomSource;
  readonly read: (prefix: Prefix, signal?: AbortSignal) => Promise<TreeNode>;
  /** No leaf is watched any more: no task is left on the clock. */
  readonly onIdle: () => void;
}

/** Puts entries at the leaves of the tree, and makes the tree grow and shrink. */
export class Inserter {
  readonly #options: InserterOptions;
  readonly #watches = new Set<AbortController>();

  constructor(options: InserterOptions) {
    this.#options = options;
  }

  /** @returns false when the network could not be asked or did not take the entry */
  async insert(key: Prefix, entry: IndexEntry, createdAt: number): Promise<boolean> {
    const { cache, clock, read } = this.#options;
    const { ok, entries, leaf } = await findLeaf(key, "all", cache.depthAlong(key, clock.now()), read);
    if (!ok) return false;
    if (leaf.size === key.size) return this.#put(key, leaf, entry, createdAt);
    if (entries.length >= MAX_NODE_ENTRY_COUNT) return this.#split(key, leaf, entry, entries, createdAt);
    return this.#put(key, await this.#merged(leaf), entry, createdAt);
  }

  /** Ends what goes on in the background. */
  close(): void {
    for (const watch of this.#watches) watch.abort();
  }

  /** The leaf, or the one above if that has room for all that is here and beside. */
  async #merged(leaf: Prefix): Promise<Prefix> {
    if (leaf.isRoot) return leaf;
    const family = [leaf.parent, leaf, leaf.sibling];
    const nodes = await Promise.all(family.map((prefix) => this.#options.read(prefix)));
    const count = nodes.reduce((sum, { entries }) => sum + entries.length, 0);
    return count < MAX_NODE_ENTRY_COUNT ? leaf.parent : leaf;
  }

  /** Makes the tree deep enough along the key for the entry to be apart from one of those that are there. */
  #split(
    key: Prefix,
    leaf: Prefix,
    entry: IndexEntry,
    others: readonly IndexEntry[],
    createdAt: number,
  ): Promise<boolean> {
    const depth = splitDepth(
      entry.prefix,
      others.map(({ prefix }) => prefix),
    );
    for (let size = depth; size >= leaf.size; size--) void this.#mark(key.first(size));
    return this.#put(key, key.first(depth), entry, createdAt);
  }

  async #put(key: Prefix, leaf: Prefix, entry: IndexEntry, createdAt: number): Promise<boolean> {
    const { cache, clock, network, values } = this.#options;
    void this.#markUpwards(leaf);
    this.#watch(key, leaf, entry, createdAt).catch(() => {}); // a node that has ended can't listen
    cache.add(leaf, clock.now());
    return (await network.put(leaf.key, values.encode(entry), { created: new Date(createdAt) })).ok;
  }

  #mark(prefix: Prefix): PromiseLike<unknown> {
    const { network, values } = this.#options;
    return network.put(prefix.key, values.canary());
  }

  /** Marks a node and its sibling, and half of the time the node above. */
  async #markUpwards(prefix: Prefix): Promise<void> {
    if (!prefix.isRoot) void this.#mark(prefix.sibling);
    await this.#mark(prefix);
    if (!prefix.isRoot && this.#options.random.uint32() % 2 === 0) await this.#markUpwards(prefix.parent);
  }

  /** When the leaf is split by others, the entry moves down: it is put once more, at the leaf of then. */
  async #watch(key: Prefix, leaf: Prefix, entry: IndexEntry, createdAt: number): Promise<void> {
    const { clock, network, values, onIdle } = this.#options;
    const life = createdAt + ENTRY_LIFE_MS - clock.wallClock();
    if (leaf.content.length >= key.content.length || life <= 0 || this.#watches.size >= MAX_WATCHED_LEAVES) return;
    const watch = new AbortController();
    this.#watches.add(watch);
    const end = clock.at(clock.now() + life, () => watch.abort());
    let isSplit = false;
    try {
      const below = key.first(leaf.size + 1).key;
      for await (const { value, expired } of network.listen(below, { filter: values.filter, signal: watch.signal })) {
        isSplit = values.isCanary(value) && !expired;
        if (isSplit) break;
      }
    } finally {
      end.cancel();
      this.#watches.delete(watch);
      if (this.#watches.size === 0) onIdle();
    }
    if (isSplit) await this.#move(key, entry, createdAt);
  }

  async #move(key: Prefix, entry: IndexEntry, createdAt: number): Promise<void> {
    if (createdAt + ENTRY_LIFE_MS <= this.#options.clock.wallClock()) return;
    const { ok, leaf } = await findLeaf(key, "all", undefined, this.#options.read);
    if (ok) await this.#put(key, leaf, entry, createdAt);
  }
}

/** The length of prefix at which an entry parts from the first of the others; short of the whole content. */
export function splitDepth(content: Uint8Array, others: readonly Uint8Array[]): number {
  const shared = Math.min(...others.map((other) => commonBits(content, other)));
  return Math.min(shared + 1, content.length * 8 - 1);
}
