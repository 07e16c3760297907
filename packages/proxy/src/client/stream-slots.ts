/** How many streams a client has open at a time. */
export class StreamSlots {
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  get areFree(): boolean {
    return this.#free > 0;
  }

  /** False when there is none left. */
  take(): boolean {
    if (!this.areFree) return false;
    this.#free--;
    return true;
  }

  give(): void {
    this.#free++;
  }
}
