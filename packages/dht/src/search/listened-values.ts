import type { Value } from "../value/index.ts";
import { MAX_LISTENED_BYTES, MAX_LISTENED_VALUES } from "./limits.ts";
import type { ValueLives } from "./search-host.ts";

interface ListenedValue {
  seq: number;
  bytes: number;
  lifeMs: number;
  /** Monotonic ms, whole ones: there are many of these, and a fraction would take an object of its own. */
  expiresAt: number;
}

/** What one subscription has heard of, by value id: news are told from repetitions, and silence counts as expiry. */
export class ListenedValues {
  readonly #types: ValueLives;
  /** In order of arrival. */
  readonly #byId = new Map<bigint, ListenedValue>();
  #bytes = 0;
  /** No value expires before this time. */
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(types: ValueLives) {
    this.#types = types;
  }

  get ids(): Iterable<bigint> {
    return this.#byId.keys();
  }

  /** When something may expire next, monotonic ms; Infinity when nothing will. */
  get nextExpiry(): number {
    return this.#nextExpiry;
  }

  /**
   * Returns the values that are new, or known with a smaller sequence number (OpenDHT doesn't forward such edits); the
   * life of all of them begins anew.
   */
  add(values: readonly Value[], now: number): Value[] {
    const news: Value[] = [];
    for (const value of values) {
      const lifeMs = this.#types.get(value.type).expirationMs;
      const expiresAt = Math.ceil(now + lifeMs);
      const known = this.#byId.get(value.id);
      if (known === undefined || value.seq > known.seq) news.push(value);
      this.#bytes += value.size - (known?.bytes ?? 0);
      if (known === undefined) {
        this.#byId.set(value.id, { seq: value.seq, bytes: value.size, lifeMs, expiresAt });
      } else {
        known.seq = Math.max(known.seq, value.seq);
        known.bytes = value.size;
        known.lifeMs = lifeMs;
        known.expiresAt = expiresAt;
      }
      this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
    }
    return news;
  }

  refresh(ids: readonly bigint[], now: number): void {
    for (const id of ids) {
      const known = this.#byId.get(id);
      if (known !== undefined) known.expiresAt = Math.ceil(now + known.lifeMs);
    }
  }

  /** Returns the ids among them that were known. */
  remove(ids: readonly bigint[]): bigint[] {
    return ids.filter((id) => this.#forget(id));
  }

  /** Removes and returns what is over: values that weren't refreshed, and the oldest ones beyond the limits. */
  expire(now: number): bigint[] {
    const expired: bigint[] = [];
    if (now < this.#nextExpiry && !this.#isOverfull) return expired;
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const [id, { expiresAt }] of this.#byId) {
      if (this.#isOverfull || expiresAt <= now) {
        this.#forget(id);
        expired.push(id);
      } else this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
    }
    return expired;
  }

  get #isOverfull(): boolean {
    return this.#byId.size > MAX_LISTENED_VALUES || this.#bytes > MAX_LISTENED_BYTES;
  }

  #forget(id: bigint): boolean {
    this.#bytes -= this.#byId.get(id)?.bytes ?? 0;
    return this.#byId.delete(id);
  }
}
