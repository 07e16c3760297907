// Source: OpenDHT crypto layer §11.6, look-up.
import type { IndexEntry } from "./index-entry.ts";
import type { TreeNode } from "./node-reader.ts";
import { commonBits, type Prefix } from "./prefix.ts";

/** Which of the entries met are wanted: those of the very key, those nearest to it, or all. */
export type Match = "exact" | "nearest" | "all";

export interface IndexFinding {
  /** False when the network could not be asked. */
  readonly ok: boolean;
  readonly entries: readonly IndexEntry[];
  /** The leaf at which the search ended. */
  readonly leaf: Prefix;
}

/**
 * Finds the leaf that is responsible for a key: a search by halves over the length of the prefix, because the nodes along
 * a key exist down to the leaf and not below.
 */
export async function findLeaf(
  key: Prefix,
  match: Match,
  start: number | undefined,
  read: (prefix: Prefix, signal?: AbortSignal) => Promise<TreeNode>,
): Promise<IndexFinding> {
  const wanted = new WantedEntries(key, match);
  let low = 0;
  let high = key.size;
  let depth = start ?? middle(low, high);
  while (low <= high) {
    const goneOn = new AbortController();
    const below = depth < key.size - 1 ? read(key.first(depth + 1), goneOn.signal) : undefined;
    below?.catch(() => {}); // once we have gone on, nobody asks for it
    const here = await read(key.first(depth));
    if (!here.ok) {
      goneOn.abort();
      return { ok: false, entries: wanted.entries, leaf: key.first(depth) };
    }
    wanted.add(here.entries);
    if (here.exists) {
      const next = await below;
      if (next?.ok === false) return { ok: false, entries: wanted.entries, leaf: key.first(depth) };
      wanted.add(next?.entries ?? []);
      if (!next?.exists) break;
      low = depth + 1;
    } else {
      goneOn.abort();
      high = depth - 1;
    }
    depth = middle(low, high);
  }
  const leaf = key.first(depth);
  if (match === "nearest" && wanted.entries.length === 0 && !leaf.isRoot) {
    wanted.add((await read(leaf.sibling)).entries);
  }
  return { ok: true, entries: wanted.entries, leaf };
}

/** Once the two have met, the deepest node that is there: the root where nothing is. */
function middle(low: number, high: number): number {
  return Math.max(0, Math.floor((low + high) / 2));
}

/** Entries met on the way, each once. */
class WantedEntries {
  entries: IndexEntry[] = [];
  readonly #key: Prefix;
  readonly #match: Match;
  readonly #met = new Set<string>();
  #sharedBits = 0;

  constructor(key: Prefix, match: Match) {
    this.#key = key;
    this.#match = match;
  }

  add(entries: readonly IndexEntry[]): void {
    for (const entry of entries) {
      const name = `${entry.value.hash} ${entry.value.id}`;
      if (this.#met.has(name)) continue;
      this.#met.add(name);
      if (this.#isWanted(entry)) this.entries.push(entry);
    }
  }

  #isWanted({ prefix }: IndexEntry): boolean {
    if (this.#match === "all") return true;
    if (this.#match === "exact") return this.#key.hasContent(prefix);
    const shared = commonBits(this.#key.content, prefix);
    if (shared < this.#sharedBits) return false;
    if (shared > this.#sharedBits) this.entries = [];
    this.#sharedBits = shared;
    return true;
  }
}
