import type { Value } from "@hashmere/dht/engine";
import { MAX_KNOWN_BYTES, MAX_KNOWN_VALUES } from "./limits.ts";

interface KnownValue {
  value: Value;
  /** When it was last heard of, and by which feed. */
  heardAt: number;
  round: number;
}

/** The values under a key as far as a feed has told: what is news and what is gone follows from them. */
export class KnownValues {
  readonly #byId = new Map<bigint, KnownValue>();
  #round = 0;
  #bytes = 0;

  get size(): number {
    return this.#byId.size;
  }

  get values(): Value[] {
    return [...this.#byId.values()].map(({ value }) => value);
  }

  find(id: bigint): Value | undefined {
    return this.#byId.get(id)?.value;
  }

  /** From now on values are heard of anew: `missing` tells which were not. */
  beginRound(): void {
    this.#round++;
  }

  /** Returns those that are new, or newer than the ones known. Other content under an id needs a greater sequence number. */
  add(values: readonly Value[], now: number): Value[] {
    return values.filter((value) => this.#add(value, now));
  }

  /**
   * Forgets values. Returns what was known of them.
   * @param before those that were heard of later than this stay
   */
  remove(ids: Iterable<bigint>, before = Number.POSITIVE_INFINITY): Value[] {
    const gone: Value[] = [];
    for (const id of ids) {
      const known = this.#byId.get(id);
      if (known === undefined || known.heardAt > before) continue;
      this.#byId.delete(id);
      this.#bytes -= known.value.size;
      gone.push(known.value);
    }
    return gone;
  }

  /** Forgets those of which nobody has spoken in this round. Returns them. */
  removeMissing(): Value[] {
    return this.remove([...this.#byId].filter(([, { round }]) => round < this.#round).map(([id]) => id));
  }

  /** Forgets the oldest beyond the limits. Returns them. */
  removeExcess(): Value[] {
    const excess: Value[] = [];
    for (const id of this.#byId.keys()) {
      if (this.#byId.size <= MAX_KNOWN_VALUES && this.#bytes <= MAX_KNOWN_BYTES) break;
      excess.push(...this.remove([id]));
    }
    return excess;
  }

  #add(value: Value, now: number): boolean {
    const known = this.#byId.get(value.id);
    if (known === undefined) {
      this.#byId.set(value.id, { value, heardAt: now, round: this.#round });
      this.#bytes += value.size;
      return true;
    }
    known.heardAt = now;
    known.round = this.#round;
    if (value.seq <= known.value.seq || known.value.contentEquals(value)) return false;
    this.#bytes += value.size - known.value.size;
    known.value = value;
    return true;
  }
}
