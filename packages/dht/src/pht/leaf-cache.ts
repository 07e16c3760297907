// Source: OpenDHT crypto layer §11.10, the cache.
import { commonBits, type Prefix } from "./prefix.ts";

export const MAX_CACHED_LEAVES = 1024;
export const CACHED_LEAF_LIFE_MS = 5 * 60_000;

interface Leaf {
  readonly prefix: Prefix;
  usedAt: number;
}

/** Leaves of the tree met lately: a guess at where the next look-up may begin, never needed for a right answer. */
export class LeafCache {
  readonly #leaves = new Map<string, Leaf>(); // the least recently added first

  get size(): number {
    return this.#leaves.size;
  }

  add(prefix: Prefix, now: number): void {
    const name = `${prefix.size} ${prefix.key}`;
    this.#leaves.delete(name);
    this.#leaves.set(name, { prefix, usedAt: now });
    if (this.#leaves.size <= MAX_CACHED_LEAVES) return;
    const oldest = this.#leaves.keys().next();
    if (oldest.done !== true) this.#leaves.delete(oldest.value);
  }

  /** How deep the tree is known to be along a key; undefined when nothing is known. */
  depthAlong({ content, size }: Prefix, now: number): number | undefined {
    let nearest: Leaf | undefined;
    let depth = -1;
    for (const [name, leaf] of this.#leaves) {
      if (leaf.usedAt + CACHED_LEAF_LIFE_MS < now) this.#leaves.delete(name);
      const shared = Math.min(commonBits(leaf.prefix.content, content), leaf.prefix.size, size);
      if (shared <= depth || !this.#leaves.has(name)) continue;
      depth = shared;
      nearest = leaf;
    }
    if (nearest === undefined) return undefined;
    nearest.usedAt = now;
    return depth;
  }
}
