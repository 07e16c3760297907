/** How long a wait lasts unless told otherwise: the limit that the scenarios give every single step. */
const DEFAULT_WAIT_MS = 30_000;

interface Waiter<T> {
  readonly accepts: (entry: T) => boolean;
  readonly resolve: (entry: T) => void;
  readonly reject: (reason: Error) => void;
}

/** Things that happened, in order, and waits for things that have not happened yet. Every wait has a limit. */
export class EventLog<T> {
  readonly #entries: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  #closedBecause: string | undefined;

  get entries(): readonly T[] {
    return this.#entries;
  }

  push(entry: T): void {
    this.#entries.push(entry);
    for (const waiter of [...this.#waiters]) if (waiter.accepts(entry)) waiter.resolve(entry);
  }

  /** Nothing more will happen: waits end with `reason`. */
  close(reason: string): void {
    this.#closedBecause ??= reason;
    for (const waiter of [...this.#waiters]) waiter.reject(new Error(reason));
  }

  /**
   * The first entry from index `from` on that `accepts` takes, now or later.
   * @throws Error naming `what` after `limitMs`, or when the log is closed before.
   */
  waitFor(accepts: (entry: T) => boolean, what: string, limitMs = DEFAULT_WAIT_MS, from = 0): Promise<T> {
    for (let i = from; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry !== undefined && accepts(entry)) return Promise.resolve(entry);
    }
    if (this.#closedBecause !== undefined) return Promise.reject(new Error(`${what}: ${this.#closedBecause}`));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const settle = (): void => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    };
    const waiter: Waiter<T> = {
      accepts,
      resolve: (entry) => {
        settle();
        resolve(entry);
      },
      reject: (reason) => {
        settle();
        reject(new Error(`${what}: ${reason.message}`));
      },
    };
    const timer = setTimeout(() => waiter.reject(new Error(`not seen within ${limitMs} ms`)), limitMs);
    this.#waiters.add(waiter);
    return promise;
  }
}
