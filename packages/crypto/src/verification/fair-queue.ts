/**
 * A bounded queue that takes turns between sources: one that sends too much fills its own share and delays itself,
 * nobody else.
 */
export class FairQueue<T> {
  readonly #capacity: number;
  readonly #capacityPerSource: number;
  /** Never holds an empty list. The source at the head has the next turn. */
  readonly #bySource = new Map<string, T[]>();
  #size = 0;

  constructor(capacity: number, capacityPerSource: number) {
    this.#capacity = capacity;
    this.#capacityPerSource = capacityPerSource;
  }

  get size(): number {
    return this.#size;
  }

  /** False when there is no room for this source. */
  push(source: string, item: T): boolean {
    if (this.#size >= this.#capacity) return false;
    const own = this.#bySource.get(source);
    if (own === undefined) this.#bySource.set(source, [item]);
    else if (own.length < this.#capacityPerSource) own.push(item);
    else return false;
    this.#size++;
    return true;
  }

  /** The oldest item of the source whose turn it is. */
  shift(): T | undefined {
    const head = this.#bySource.entries().next();
    if (head.done === true) return undefined;
    const [source, own] = head.value;
    const item = own.shift();
    this.#bySource.delete(source);
    if (own.length > 0) this.#bySource.set(source, own);
    this.#size--;
    return item;
  }
}
