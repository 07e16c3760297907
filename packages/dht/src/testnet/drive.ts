import { DhtError } from "../errors/index.ts";
import type { VirtualScheduler } from "../scheduler/index.ts";

/** An operation that takes longer than this, in virtual time, is taken for hung. */
export const OPERATION_LIMIT_MS = 3_600_000;

/**
 * After something has settled, time stands still for this many turns of the microtask queue, so that the caller's code
 * after its `await` runs at the very moment for which it waited.
 */
const TURNS_PER_PAUSE = 32;

/** An operation of a test node did not come to an end. */
export class TestnetTimeoutError extends DhtError {
  constructor(what: string) {
    super("ERR_TESTNET_TIMEOUT", `${what} did not settle within ${OPERATION_LIMIT_MS / 60_000} virtual minutes`);
  }
}

/** Lets virtual time run exactly as long as somebody awaits something. */
export class Drive {
  readonly #scheduler: VirtualScheduler;
  /** How to fail each thing that is awaited. */
  readonly #waits = new Set<(reason: unknown) => void>();
  #isRunning = false;
  #hasSettled = false;

  constructor(scheduler: VirtualScheduler) {
    this.#scheduler = scheduler;
  }

  /** Virtual ms since the network began. */
  get now(): number {
    return this.#scheduler.now();
  }

  /** Starts something at once and runs time until it calls `settle`. Several may run side by side. */
  until<T>(what: string, start: (settle: (result: T) => void) => void): Promise<T> {
    return this.#wait((settle, fail) => {
      const limit = this.#scheduler.at(this.#scheduler.now() + OPERATION_LIMIT_MS, () =>
        fail(new TestnetTimeoutError(what)),
      );
      start((result) => {
        limit.cancel();
        settle(result);
      });
    });
  }

  /** Runs time for so many ms. */
  advance(duration: number): Promise<void> {
    return this.#wait((settle) => this.#scheduler.at(this.#scheduler.now() + duration, () => settle(undefined)));
  }

  #wait<T>(start: (settle: (result: T) => void, fail: (reason: unknown) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#hasSettled = true;
        return this.#waits.delete(fail);
      };
      const fail = (reason: unknown) => {
        if (end()) reject(reason);
      };
      this.#waits.add(fail);
      try {
        start((result) => {
          if (end()) resolve(result);
        }, fail);
      } catch (error) {
        fail(error);
      }
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      await this.#pause();
      while (this.#waits.size > 0) {
        if (this.#hasSettled) await this.#pause();
        else this.#scheduler.step();
      }
    } catch (error) {
      for (const fail of [...this.#waits]) fail(error);
    } finally {
      this.#isRunning = false;
    }
  }

  async #pause(): Promise<void> {
    this.#hasSettled = false;
    for (let turn = 0; turn < TURNS_PER_PAUSE; turn++) await undefined;
  }
}
