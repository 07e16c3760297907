import { BusyError } from "../errors/index.ts";
import { abortable } from "./abortable.ts";

/** Lets so many operations run at once; others wait in line. */
export class Gate {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  /** First come, first served: a step for each that waits. */
  readonly #line = new Set<() => void>();
  #running = 0;

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /** @throws BusyError when the line is too long; the signal's reason, which ends the waiting at once */
  async pass<T>(operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#running < this.#maxRunning) this.#running++;
    else await this.#turn(signal);
    try {
      return await operation();
    } finally {
      this.#leave();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.#line.size >= this.#maxWaiting) throw new BusyError(this.#line.size);
    let step = () => {};
    const turn = new Promise<void>((resolve) => {
      step = resolve;
    });
    this.#line.add(step);
    return abortable(turn, signal, () => {
      const isInLine = this.#line.delete(step);
      if (!isInLine) this.#leave(); // its turn has come in the same moment
    });
  }

  /** The place is handed over, not given back, so that nobody can step in between. */
  #leave(): void {
    for (const next of this.#line) {
      this.#line.delete(next);
      next();
      return;
    }
    this.#running--;
  }
}
