/** A binary heap whose items know their place in it, so that any item can be moved or taken out in logarithmic time. */
export abstract class Heap<T extends object> {
  #items: T[] = [];

  /** Whether `a` belongs nearer to the top than `b`. */
  protected abstract isBefore(a: T, b: T): boolean;
  /** The place that `setIndex` noted last; −1 for an item that was never in the heap. */
  protected abstract indexOf(item: T): number;
  protected abstract setIndex(item: T, index: number): void;

  get size(): number {
    return this.#items.length;
  }

  get top(): T | undefined {
    return this.#items[0];
  }

  has(item: T): boolean {
    return this.indexOf(item) >= 0;
  }

  add(item: T): void {
    this.setIndex(item, this.#items.length);
    // Many heaps hold one item for ever: a literal takes no more room than that.
    if (this.#items.length === 0) this.#items = [item];
    else this.#items.push(item);
    this.#siftUp(item);
  }

  /** Adds the item, or moves it to where its rank has led. */
  put(item: T): void {
    if (this.has(item)) this.update(item);
    else this.add(item);
  }

  /** To be called when the item's rank has changed. */
  update(item: T): void {
    this.#siftUp(item);
    this.#siftDown(item);
  }

  /** Harmless when it isn't there. */
  remove(item: T): void {
    const index = this.indexOf(item);
    if (index < 0) return;
    this.setIndex(item, -1);
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#place(last, index);
    this.update(last);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values();
  }

  #place(item: T, index: number): void {
    this.#items[index] = item;
    this.setIndex(item, index);
  }

  #siftUp(item: T): void {
    let index = this.indexOf(item);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#items[parentIndex];
      if (parent === undefined || !this.isBefore(item, parent)) break;
      this.#place(parent, index);
      index = parentIndex;
    }
    this.#place(item, index);
  }

  #siftDown(item: T): void {
    let index = this.indexOf(item);
    for (;;) {
      const left = this.#items[index * 2 + 1];
      const right = this.#items[index * 2 + 2];
      const isRight = left !== undefined && right !== undefined && this.isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || !this.isBefore(child, item)) break;
      this.#place(child, index);
      index = index * 2 + (isRight ? 2 : 1);
    }
    this.#place(item, index);
  }
}
