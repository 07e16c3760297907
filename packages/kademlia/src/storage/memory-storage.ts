import type { NodeId } from "../id/index.ts";
import type { Pair, Storage } from "./storage.ts";

/** How much is held. A full storage refuses what is more. */
export interface MemoryStorageOptions {
  /** Default 100 000. */
  readonly maxPairs?: number;
  /** Of the values together, packed. Default 64 MiB. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_PAIRS = 100_000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/** Keeps pairs in memory: the default. */
export class MemoryStorage implements Storage {
  readonly isPersistent = false;
  readonly #maxPairs: number;
  readonly #maxBytes: number;
  /** By key in hex. */
  readonly #pairs = new Map<string, Pair>();
  #bytes = 0;

  constructor({ maxPairs = DEFAULT_MAX_PAIRS, maxBytes = DEFAULT_MAX_BYTES }: MemoryStorageOptions = {}) {
    this.#maxPairs = maxPairs;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#pairs.size;
  }

  get(key: NodeId): Pair | undefined {
    return this.#pairs.get(key.hex);
  }

  set(pair: Pair): boolean {
    const before = this.get(pair.key);
    const bytes = this.#bytes + pair.value.bytes.length - (before?.value.bytes.length ?? 0);
    if (bytes > this.#maxBytes || (!before && this.size >= this.#maxPairs)) return false;
    this.#pairs.set(pair.key.hex, pair);
    this.#bytes = bytes;
    return true;
  }

  delete(key: NodeId): boolean {
    this.#bytes -= this.get(key)?.value.bytes.length ?? 0;
    return this.#pairs.delete(key.hex);
  }

  pairs(): Iterable<Pair> {
    return this.#pairs.values();
  }

  dueForReplication(time: number): Iterable<Pair> {
    return [...this.#pairs.values()].filter((pair) => pair.replicateAt <= time);
  }

  expire(time: number): void {
    for (const pair of this.#pairs.values()) if (pair.expiresAt <= time) this.delete(pair.key);
  }

  close(): void {}
}
