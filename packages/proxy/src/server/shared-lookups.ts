import type { InfoHash, Scheduler, Timer, Value } from "@hashmere/dht/engine";
import { valueLine } from "../json/index.ts";
import { keyInPath } from "./key-in-path.ts";

/** How long a get waits, at most, for another one's lookup to end before its own begins. */
export const MAX_SHARING_WAIT_MS = 5;

/** Where values are looked up. */
export interface Finder {
  get(key: InfoHash): Findings;
}

type Findings = AsyncIterable<Value> & { cancel(): void };

/** One lookup, and those who read what it finds, each at its own pace. */
export class SharedLookup {
  readonly #values: Value[] = [];
  readonly #lines: string[] = [];
  readonly #onDropped: () => void;
  #findings: Findings | undefined;
  #readers = 0;
  #isOver = false;
  #news: PromiseWithResolvers<void> | undefined;

  /** @param onDropped called when nobody waits any more for the lookup to begin */
  constructor(onDropped: () => void) {
    this.#onDropped = onDropped;
  }

  /** What is found, one JSON line per value, from the first on. */
  async *lines(): AsyncGenerator<string, void> {
    for (let index = 0; ; index++) {
      while (index === this.#values.length && !this.#isOver) await this.#hasNews();
      const line = this.#line(index);
      if (line === undefined) return;
      yield line;
    }
  }

  join(): this {
    this.#readers++;
    return this;
  }

  /** The last one who leaves ends it. */
  leave(): void {
    if (--this.#readers > 0) return;
    if (this.#findings === undefined) this.#onDropped();
    else this.#findings.cancel();
  }

  /** Resolves at the end. */
  async run(findings: Findings): Promise<void> {
    this.#findings = findings;
    for await (const value of findings) {
      this.#values.push(value);
      this.#tell();
    }
    this.#isOver = true;
    this.#tell();
  }

  /** Written once for all who read it. */
  #line(index: number): string | undefined {
    const value = this.#values[index];
    if (value === undefined) return undefined;
    this.#lines[index] ??= valueLine(value);
    return this.#lines[index];
  }

  #hasNews(): Promise<void> {
    this.#news ??= Promise.withResolvers();
    return this.#news.promise;
  }

  #tell(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }
}

/**
 * Gets of one key that come at the same time share a lookup: what everybody asks for costs little more than what one does.
 *
 * A lookup that has begun takes nobody in, because a get has to learn at least what the nodes held when it came. Who comes
 * meanwhile waits, together with others, for the next one: until that one ends, or for MAX_SHARING_WAIT_MS.
 */
export class SharedLookups {
  readonly #finder: Finder;
  readonly #scheduler: Scheduler;
  /** Under way, by the text that stands for the key in paths: the one that began last. */
  readonly #latest = new Map<string, SharedLookup>();
  /** Those that will begin next. */
  readonly #next = new Map<string, { readonly lookup: SharedLookup; readonly timer: Timer }>();

  constructor(finder: Finder, scheduler: Scheduler) {
    this.#finder = finder;
    this.#scheduler = scheduler;
  }

  /** Keys that are looked up, or will be. */
  get size(): number {
    return new Set([...this.#latest.keys(), ...this.#next.keys()]).size;
  }

  /** A lookup that hasn't begun before, joined: who is done with it has to leave. @param path the key, as paths have it */
  join(path: string): SharedLookup {
    const next = this.#next.get(path);
    if (next !== undefined) return next.lookup.join();
    const lookup = new SharedLookup(() => this.#takeNext(path)).join();
    if (this.#latest.has(path)) this.#prepare(path, lookup);
    else this.#begin(path, lookup);
    return lookup;
  }

  #prepare(path: string, lookup: SharedLookup): void {
    const timer = this.#scheduler.at(this.#scheduler.now() + MAX_SHARING_WAIT_MS, () => this.#beginNext(path));
    this.#next.set(path, { lookup, timer });
  }

  #beginNext(path: string): void {
    const lookup = this.#takeNext(path);
    if (lookup !== undefined) this.#begin(path, lookup);
  }

  #takeNext(path: string): SharedLookup | undefined {
    const next = this.#next.get(path);
    next?.timer.cancel();
    this.#next.delete(path);
    return next?.lookup;
  }

  #begin(path: string, lookup: SharedLookup): void {
    this.#latest.set(path, lookup);
    void lookup.run(this.#finder.get(keyInPath(path))).then(() => {
      if (this.#latest.get(path) !== lookup) return;
      this.#latest.delete(path);
      this.#beginNext(path);
    });
  }
}
