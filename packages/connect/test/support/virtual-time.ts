import { setImmediate as nextTurn } from "node:timers/promises";
import { VirtualScheduler } from "../../../dht/src/scheduler/index.ts";

/** Turns of the event loop in which promises and streams come to rest. */
const TURNS = 4;

/** Time that passes only when it is told to, with promises and streams settled between one timer and the next. */
export class VirtualTime extends VirtualScheduler {
  /** Lets so many ms pass. */
  async run(ms: number): Promise<void> {
    const until = this.now() + ms;
    await settle();
    while (this.step(until)) await settle();
    this.advance(until - this.now());
  }

  /** Lets time pass, a millisecond at each turn, until a promise has settled: for data, whose way takes many turns. */
  async slowly<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {}); // the caller sees it
    while (!isSettled) await this.run(1);
    return settled;
  }

  /** Lets time pass until a promise has settled, at most `limitMs`. */
  async until<T>(promise: Promise<T>, limitMs = 120_000): Promise<T> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {}); // the caller sees it
    const limit = this.now() + limitMs;
    await settle();
    while (!isSettled && this.step(limit)) await settle();
    if (!isSettled) throw new Error(`nothing happened within ${limitMs / 1000} virtual seconds`);
    return settled;
  }
}

/** Lets everything run that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
}
