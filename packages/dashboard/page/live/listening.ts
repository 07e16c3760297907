import { signal } from "@preact/signals";
import type { PageDht, ShownChange } from "./page-dht.ts";

/** One key that the page listens to. */
export interface Ear {
  readonly key: string;
  readonly heard: readonly ShownChange[];
}

/** More is not followed by anybody. */
const MAX_EARS = 8;
const MOST_HEARD = 30;

/** What the page listens to. */
export class Listening {
  readonly ears = signal<readonly Ear[]>([]);
  readonly #dht: Pick<PageDht, "listen">;
  readonly #running = new Map<string, AbortController>();

  constructor(dht: Pick<PageDht, "listen">) {
    this.#dht = dht;
  }

  get isFull(): boolean {
    return this.ears.value.length >= MAX_EARS;
  }

  start(key: string): void {
    if (this.#running.has(key) || this.isFull) return;
    const stop = new AbortController();
    this.#running.set(key, stop);
    this.ears.value = [...this.ears.value, { key, heard: [] }];
    void this.#follow(key, stop.signal);
  }

  stop(key: string): void {
    this.#running.get(key)?.abort();
    this.#running.delete(key);
    this.ears.value = this.ears.value.filter((ear) => ear.key !== key);
  }

  async #follow(key: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const change of this.#dht.listen(key, signal)) this.#hear(key, change);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #hear(key: string, change: ShownChange): void {
    this.ears.value = this.ears.value.map((ear) => {
      if (ear.key !== key) return ear;
      const others = ear.heard.filter(({ id }) => id !== change.id);
      return { ...ear, heard: [...others, change].slice(-MOST_HEARD) };
    });
  }
}
