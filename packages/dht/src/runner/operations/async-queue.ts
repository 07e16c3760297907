/**
 * Items that arrive by callback, taken by `for await`: one producer, one consumer, bounded.
 *
 * When full, the oldest item gives way and is counted in `dropped`; `coalesce` may make room first.
 */
export class AsyncQueue<T> implements AsyncIterator<T, undefined> {
  #items: T[] = [];
  #ending: { readonly error?: unknown } | undefined;
  #waiting: PromiseWithResolvers<IteratorResult<T, undefined>> | undefined;
  readonly #limit: number;
  readonly #coalesce: ((items: T[], item: T) => boolean) | undefined;
  readonly #onReturn: () => void;
  dropped = 0;

  /**
   * @param limit most items that wait
   * @param onReturn called when the consumer leaves its loop early
   * @param coalesce offered each item that doesn't fit: true when it has merged the item into those that wait
   */
  constructor(limit: number, onReturn: () => void, coalesce?: (items: T[], item: T) => boolean) {
    this.#limit = limit;
    this.#onReturn = onReturn;
    this.#coalesce = coalesce;
  }

  push(item: T): void {
    if (this.#ending) return;
    if (this.#waiting) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve({ value: item, done: false });
      return;
    }
    if (this.#items.length >= this.#limit) {
      if (this.#coalesce?.(this.#items, item)) return;
      this.#items.shift();
      this.dropped++;
    }
    this.#items.push(item);
  }

  /** What waits is still handed out, then the iteration ends, or throws `error` if one is given. */
  end(error?: unknown): void {
    if (this.#ending) return;
    this.#ending = error === undefined ? {} : { error };
    if (!this.#waiting) return;
    const { resolve, reject } = this.#waiting;
    this.#waiting = undefined;
    if (error === undefined) resolve({ value: undefined, done: true });
    else reject(error);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve({ value: item, done: false });
    if (this.#ending) {
      const { error } = this.#ending;
      this.#ending = {};
      return error === undefined ? Promise.resolve({ value: undefined, done: true }) : Promise.reject(error);
    }
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#items = [];
    this.end();
    this.#onReturn();
    return Promise.resolve({ value: undefined, done: true });
  }
}
