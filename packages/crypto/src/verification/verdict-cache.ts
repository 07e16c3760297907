/** Remembers the outcome of checks, the most recently used ones, up to a fixed number. */
export class VerdictCache {
  readonly #capacity: number;
  readonly #verdicts = new Map<string, boolean>(); // in order of last use

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#verdicts.size;
  }

  get(key: string): boolean | undefined {
    const verdict = this.#verdicts.get(key);
    if (verdict === undefined) return undefined;
    this.#verdicts.delete(key);
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  set(key: string, verdict: boolean): void {
    this.#verdicts.delete(key);
    this.#verdicts.set(key, verdict);
    if (this.#verdicts.size <= this.#capacity) return;
    const oldest = this.#verdicts.keys().next();
    if (oldest.done !== true) this.#verdicts.delete(oldest.value);
  }
}
