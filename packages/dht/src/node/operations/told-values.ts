import type { Value } from "../../value/index.ts";

/** Most sources that `ToldValues` tells apart. */
const MAX_SOURCES = 4;
const SOURCES_MASK = (1 << MAX_SOURCES) - 1;

/**
 * Which values a listener has been told, by id: a value is news when its first source brings it or when one brings a greater
 * sequence number, and it is gone when its last source has lost it. The values themselves are with their sources.
 */
export class ToldValues {
  /** By id the sequence number, and in the lowest bits who has the value: there are many, and a number takes no room of its own. */
  readonly #byId = new Map<bigint, number>();

  has(id: bigint): boolean {
    return this.#byId.has(id);
  }

  /** Notes that a source, numbered from 0, has the value. True when that is news. */
  add(source: number, { id, seq }: Value): boolean {
    const known = this.#byId.get(id);
    const isNews = known === undefined || seq > known >> MAX_SOURCES;
    const sources = ((known ?? 0) & SOURCES_MASK) | (1 << source);
    this.#byId.set(id, (isNews ? seq << MAX_SOURCES : (known ?? 0) & ~SOURCES_MASK) | sources);
    return isNews;
  }

  /** As if nobody had ever had it. */
  forget(id: bigint): void {
    this.#byId.delete(id);
  }

  /** Notes that the source has it no more. True when now nobody has it. */
  remove(source: number, id: bigint): boolean {
    const known = this.#byId.get(id);
    if (known === undefined || (known & (1 << source)) === 0) return false;
    const left = known & ~(1 << source);
    if ((left & SOURCES_MASK) === 0) return this.#byId.delete(id);
    this.#byId.set(id, left);
    return false;
  }
}
