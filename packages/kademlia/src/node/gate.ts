import { BusyError } from "../errors/index.ts";

/** Lets so many operations run at once; others wait in line. */
export class Gate {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /** @throws BusyError when the line is too long */
  async pass<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#maxRunning) {
      if (this.#waiting.length >= this.#maxWaiting) throw new BusyError(this.#waiting.length);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await operation();
    } finally {
      // The place is handed over, not given back, so that nobody can step in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
