import { KeptValue, type Value } from "../value/index.ts";
import { MAX_LISTENED_BYTES, MAX_LISTENED_VALUES } from "./limits.ts";
import type { ValueLives } from "./search-host.ts";

/** Somebody from whom values are heard, and how much he has brought. */
export interface HeardSource {
  readonly index: number;
  values: number;
  bytes: number;
}

/**
 * The values that several sources have, by id. One is news when its first source brings it, or when somebody brings a greater
 * sequence number (OpenDHT doesn't forward such edits); it is gone when its last source has lost it. A source loses what it
 * says that it has lost, what it hasn't repeated for the lifetime of its type, and the oldest of what is too much.
 */
export class HeardValues {
  readonly #types: ValueLives;
  /** In order of arrival. */
  readonly #byId = new Map<bigint, HeardValue>();
  readonly #sources: (HeardSource | undefined)[] = [];
  /** No source loses a value by silence before this time. */
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(types: ValueLives) {
    this.#types = types;
  }

  get size(): number {
    return this.#byId.size;
  }

  get values(): Value[] {
    return Array.from(this.#byId.values(), ({ value }) => value);
  }

  /** When something may expire next, monotonic ms; Infinity when nothing will. */
  get nextExpiry(): number {
    return this.#nextExpiry;
  }

  openSource(): HeardSource {
    const free = this.#sources.indexOf(undefined);
    const source = { index: free < 0 ? this.#sources.length : free, values: 0, bytes: 0 };
    this.#sources[source.index] = source;
    return source;
  }

  /** The source is no more. Returns the values that nobody has any more. */
  closeSource(source: HeardSource): Value[] {
    const gone: Value[] = [];
    for (const heard of this.#byId.values()) this.#lose(heard, source, gone);
    this.#sources[source.index] = undefined;
    return gone;
  }

  /** The source has these values: the life of each begins anew. Returns those that are news. */
  add(source: HeardSource, values: readonly Value[], now: number): Value[] {
    const news: Value[] = [];
    for (const value of values) {
      let heard = this.#byId.get(value.id);
      if (heard === undefined) {
        heard = new HeardValue(value, this.#sources.length);
        this.#byId.set(value.id, heard);
        news.push(value);
      } else if (value.seq > heard.seq) {
        this.#replace(heard, value);
        news.push(value);
      }
      if (!heard.isAt(source.index)) {
        source.values++;
        source.bytes += heard.bytes;
      }
      this.#renew(heard, source, value.type, now);
    }
    return news;
  }

  /** The source still has the values with these ids. */
  refresh(source: HeardSource, ids: readonly bigint[], now: number): void {
    for (const id of ids) {
      const heard = this.#byId.get(id);
      if (heard?.isAt(source.index)) this.#renew(heard, source, heard.type, now);
    }
  }

  /** The source has them no more. Returns the values that nobody has any more. */
  remove(source: HeardSource, ids: readonly bigint[]): Value[] {
    const gone: Value[] = [];
    for (const id of ids) {
      const heard = this.#byId.get(id);
      if (heard !== undefined) this.#lose(heard, source, gone);
    }
    return gone;
  }

  /** Looks for what sources have lost by silence, or because it was too much. Returns the values that nobody has any more. */
  expire(now: number): Value[] {
    const gone: Value[] = [];
    const overfull = this.#sources.filter(isOverfull);
    if (now < this.#nextExpiry && overfull.length === 0) return gone;
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const heard of this.#byId.values()) {
      for (const source of overfull) if (isOverfull(source)) this.#lose(heard, source, gone);
      for (const source of this.#sources) {
        if (source === undefined || !heard.isAt(source.index)) continue;
        const expiresAt = heard.expiryAt(source.index);
        if (expiresAt <= now) this.#lose(heard, source, gone);
        else this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
      }
    }
    return gone;
  }

  /** Forgets everything. Returns what was there. */
  clear(): Value[] {
    const { values } = this;
    this.#byId.clear();
    this.#sources.length = 0;
    return values;
  }

  #replace(heard: HeardValue, value: Value): void {
    const before = heard.bytes;
    heard.value = value;
    for (const source of this.#sources) {
      if (source !== undefined && heard.isAt(source.index)) source.bytes += heard.bytes - before;
    }
  }

  #renew(heard: HeardValue, source: HeardSource, type: number, now: number): void {
    const expiresAt = Math.ceil(now + this.#types.get(type).expirationMs);
    heard.keepAt(source.index, expiresAt);
    this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
  }

  #lose(heard: HeardValue, source: HeardSource, gone: Value[]): void {
    if (!heard.isAt(source.index)) return;
    source.values--;
    source.bytes -= heard.bytes;
    heard.loseAt(source.index);
    if (heard.isAnywhere) return;
    this.#byId.delete(heard.id);
    gone.push(heard.value);
  }
}

function isOverfull(source: HeardSource | undefined): source is HeardSource {
  return source !== undefined && (source.values > MAX_LISTENED_VALUES || source.bytes > MAX_LISTENED_BYTES);
}

const NOT_THERE = -1;

/** A value, and until when each source has it. */
class HeardValue extends KeptValue {
  /**
   * By source; monotonic ms, whole ones: there are many of these, and fractions would take more room. Replaced by arrays of
   * just the right size: one that has grown has room for 16 more.
   */
  #expiresAt: number[];

  constructor(value: Value, sources: number) {
    super(value);
    this.#expiresAt = new Array(sources).fill(NOT_THERE);
  }

  get isAnywhere(): boolean {
    return this.#expiresAt.some((time) => time !== NOT_THERE);
  }

  isAt(source: number): boolean {
    return this.expiryAt(source) !== NOT_THERE;
  }

  expiryAt(source: number): number {
    return this.#expiresAt[source] ?? NOT_THERE;
  }

  keepAt(source: number, expiresAt: number): void {
    const missing = source + 1 - this.#expiresAt.length;
    if (missing > 0) this.#expiresAt = this.#expiresAt.concat(new Array(missing).fill(NOT_THERE));
    this.#expiresAt[source] = expiresAt;
  }

  loseAt(source: number): void {
    this.#expiresAt[source] = NOT_THERE;
  }
}
