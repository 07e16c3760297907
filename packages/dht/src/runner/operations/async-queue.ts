/**
 * Items that arrive by callback, taken by `for await` or by callback again: one producer, one consumer, bounded.
 *
 * When full, the oldest item gives way and is counted in `dropped`; `coalesce` may make room first.
 */
export class AsyncQueue<T> implements AsyncIterator<T, undefined> {
  #items: T[] = [];
  #ending: { readonly error?: unknown } | undefined;
  #waiting: PromiseWithResolvers<IteratorResult<T, undefined>> | undefined;
  #take: ((item: T) => void) | undefined;
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
    if (this.#take) {
      this.#hand(item, this.#take);
      return;
    }
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
    const reader = this.#waiting;
    this.#ending = error === undefined || reader ? {} : { error };
    if (!reader) return;
    const { resolve, reject } = reader;
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

  /**
   * Hands what waits, and from then on each item as it comes, to `take`: no promise is made for any of them. Resolves at the
   * end; rejects with the error of the end, or with what `take` throws, after which the consumer has left.
   */
  async forEach(take: (item: T) => void): Promise<void> {
    try {
      // What comes while it does so waits behind the others.
      for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) take(item);
      this.#take = take;
      await this.next(); // items go to `take`: what comes here is the end
    } catch (error) {
      void this.return();
      throw error;
    }
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#items = [];
    this.end();
    this.#onReturn();
    return Promise.resolve({ value: undefined, done: true });
  }

  #hand(item: T, take: (item: T) => void): void {
    try {
      take(item);
    } catch (error) {
      this.end(error);
    }
  }
}
