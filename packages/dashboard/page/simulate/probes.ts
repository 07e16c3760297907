import { type RandomSource, uniform } from "@hashmere/dht/engine";
import type { TestNode } from "@hashmere/dht/testnet";
import type { Watch } from "./watch.ts";

/** So many of the latest lookups count. */
const WINDOW = 40;
/** How often somebody looks for a value, virtual ms. */
const INTERVAL_MS = 3000;
/** A lookup that lasts longer has failed, virtual ms. */
const PATIENCE_MS = 30_000;

interface Outcome {
  readonly isFound: boolean;
  readonly tookMs: number;
}

/** Asks any node for any value, over and over, to learn how well the network answers. */
export class Probes {
  readonly #random: RandomSource;
  readonly #outcomes: Outcome[] = [];
  #nextAt = 0;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** Begins a lookup whenever one is due, for something that can be found. */
  step(now: number, up: readonly TestNode[], watches: readonly Watch[], clock: () => number): void {
    if (now < this.#nextAt) return;
    this.#nextAt = now + INTERVAL_MS;
    const asker = pick(up, this.#random);
    const watch = pick(
      watches.filter(({ isStored }) => isStored),
      this.#random,
    );
    if (asker !== undefined && watch !== undefined) this.#ask(asker, watch, now, clock);
  }

  /** The share of lookups that succeeded; undefined before there was one. */
  get success(): number | undefined {
    const { length } = this.#outcomes;
    return length === 0 ? undefined : this.#outcomes.filter(({ isFound }) => isFound).length / length;
  }

  /** How long the middle one of the successful took, virtual ms. */
  get medianMs(): number | undefined {
    const times = this.#outcomes.filter(({ isFound }) => isFound).map(({ tookMs }) => tookMs);
    return times.sort((a, b) => a - b)[times.length >> 1];
  }

  /** What was before says nothing about now. */
  forget(): void {
    this.#outcomes.length = 0;
  }

  #ask(asker: TestNode, { key, id }: Watch, startedAt: number, clock: () => number): void {
    let isFound = false;
    const finish = () => {
      // A node that leaves while it asks is no failure of the network.
      if (!isFound && !asker.isRunning) return;
      const tookMs = clock() - startedAt;
      this.#outcomes.push({ isFound: isFound && tookMs <= PATIENCE_MS, tookMs });
      if (this.#outcomes.length > WINDOW) this.#outcomes.shift();
    };
    asker.dht.get(key, {
      onValues: (values) => {
        isFound ||= values.some((value) => value.id === id);
        return !isFound;
      },
      onDone: finish,
    });
  }
}

/** One of them by chance. */
export function pick<T>(among: readonly T[], random: RandomSource): T | undefined {
  return among[Math.floor(uniform(random, 0, among.length))];
}
