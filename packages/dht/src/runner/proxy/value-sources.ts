import type { Value } from "../../value/index.ts";

interface SourcedValue<S> {
  value: Value;
  /** Replaced by arrays of just the right size: one that has grown has room for 16 more, and there are many of these. */
  sources: readonly S[];
}

/**
 * Values by id, each with the sources that have it: a value is news when its first source brings it or when somebody
 * brings a greater sequence number, and it is gone when its last source has lost it.
 */
export class ValueSources<S> {
  readonly #byId = new Map<bigint, SourcedValue<S>>();

  get size(): number {
    return this.#byId.size;
  }

  get values(): Value[] {
    return [...this.#byId.values()].map(({ value }) => value);
  }

  /** Notes that the source has these values. Returns those that are news. */
  add(source: S, values: readonly Value[]): Value[] {
    const news: Value[] = [];
    for (const value of values) {
      const known = this.#byId.get(value.id);
      if (known === undefined) {
        this.#byId.set(value.id, { value, sources: [source] });
        news.push(value);
        continue;
      }
      if (!known.sources.includes(source)) known.sources = known.sources.concat([source]);
      if (value.seq > known.value.seq) {
        known.value = value;
        news.push(value);
      }
    }
    return news;
  }

  /** Notes that the source has them no more. Returns the values that nobody has any more. */
  remove(source: S, ids: Iterable<bigint>): Value[] {
    const gone: Value[] = [];
    for (const id of ids) {
      const known = this.#byId.get(id);
      if (known === undefined || !known.sources.includes(source)) continue;
      known.sources = known.sources.filter((each) => each !== source);
      if (known.sources.length > 0) continue;
      this.#byId.delete(id);
      gone.push(known.value);
    }
    return gone;
  }

  /** Forgets everything. Returns what was there. */
  clear(): Value[] {
    const { values } = this;
    this.#byId.clear();
    return values;
  }
}
