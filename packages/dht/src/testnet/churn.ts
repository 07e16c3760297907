import { type RandomSource, uniform } from "../random/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import type { TestNode } from "./test-node.ts";

/** Makes nodes crash and come back by chance, each on its own, for ever. */
export class Churn {
  readonly #scheduler: Scheduler;
  readonly #random: RandomSource;
  readonly #lifetime: number;
  readonly #downtime: number;
  readonly #restart: (node: TestNode) => void;
  readonly #timers = new Map<TestNode, Timer>();

  /** @param means average life and absence, ms */
  constructor(
    scheduler: Scheduler,
    random: RandomSource,
    means: { readonly lifetime: number; readonly downtime: number },
    restart: (node: TestNode) => void,
  ) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#lifetime = means.lifetime;
    this.#downtime = means.downtime;
    this.#restart = restart;
  }

  add(node: TestNode): void {
    this.#later(node, this.#lifetime, () => {
      node.crash();
      this.#later(node, this.#downtime, () => {
        this.#restart(node);
        this.add(node);
      });
    });
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #later(node: TestNode, mean: number, task: () => void): void {
    const wait = -mean * Math.log(1 - uniform(this.#random, 0, 1));
    this.#timers.set(node, this.#scheduler.at(this.#scheduler.now() + wait, task));
  }
}
