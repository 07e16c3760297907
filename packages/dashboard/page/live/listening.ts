import { signal } from "@preact/signals";
import type { DhtOverHttp, ShownValue } from "./dht-over-http.ts";

/** One key that the page listens to. */
export interface Ear {
  readonly key: string;
  readonly heard: readonly ShownValue[];
  /** Why nothing more comes. */
  readonly trouble: string | undefined;
}

/** A browser opens no more than six connections to a server, and one of them brings the events. */
export const MAX_EARS = 3;
const MOST_HEARD = 30;
const PAUSE_MS = 2000;

/** What the page listens to. Comes back by itself when the server goes away. */
export class Listening {
  readonly ears = signal<readonly Ear[]>([]);
  readonly #dht: DhtOverHttp;
  readonly #running = new Map<string, AbortController>();

  constructor(dht: DhtOverHttp) {
    this.#dht = dht;
  }

  get isFull(): boolean {
    return this.ears.value.length >= MAX_EARS;
  }

  start(key: string): void {
    if (this.#running.has(key) || this.isFull) return;
    const stop = new AbortController();
    this.#running.set(key, stop);
    this.ears.value = [...this.ears.value, { key, heard: [], trouble: undefined }];
    void this.#follow(key, stop.signal);
  }

  stop(key: string): void {
    this.#running.get(key)?.abort();
    this.#running.delete(key);
    this.ears.value = this.ears.value.filter((ear) => ear.key !== key);
  }

  async #follow(key: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const value of this.#dht.listen(key, signal)) this.#hear(key, value);
      } catch {
        // Told below, as an end without a word is.
      }
      if (signal.aborted) return;
      this.#change(key, (ear) => ({ ...ear, trouble: "The server does not answer; trying again." }));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #hear(key: string, value: ShownValue): void {
    this.#change(key, (ear) => {
      const others = ear.heard.filter(({ id }) => id !== value.id);
      return { ...ear, heard: [...others, value].slice(-MOST_HEARD), trouble: undefined };
    });
  }

  #change(key: string, change: (ear: Ear) => Ear): void {
    this.ears.value = this.ears.value.map((ear) => (ear.key === key ? change(ear) : ear));
  }
}
