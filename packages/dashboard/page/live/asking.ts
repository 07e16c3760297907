import { signal } from "@preact/signals";
import { beginningOf } from "../format/long-text.ts";
import { type PageDht, RequestError, type ShownValue } from "./page-dht.ts";

const MOST_SHOWN = 50;

/** What somebody asks of the network on this page, and what comes of it. */
export class Asking {
  readonly key = signal("greeting");
  readonly text = signal("");
  /** One sentence on what was asked last. */
  readonly outcome = signal("");
  readonly found = signal<readonly ShownValue[]>([]);
  readonly #dht: Pick<PageDht, "get" | "put">;
  readonly #showLookup: (key: string) => Promise<void>;
  /** Ends with the next question: only the last one is told of. */
  #current = new AbortController();

  /** @param showLookup has the steps of a lookup shown as they happen */
  constructor(dht: Pick<PageDht, "get" | "put">, showLookup: (key: string) => Promise<void>) {
    this.#dht = dht;
    this.#showLookup = showLookup;
  }

  /** Tells the values under the key as they are found. */
  lookUp(): Promise<void> {
    const key = this.key.value;
    this.found.value = [];
    let count = 0;
    return this.#tell("Looking …", async (signal) => {
      await this.#showLookup(key);
      for await (const value of this.#dht.get(key, signal)) {
        this.found.value = [...this.found.value, value].slice(-MOST_SHOWN);
        count++;
      }
      return outcomeOf(count);
    });
  }

  /** Puts the text under the key. */
  put(): Promise<void> {
    const key = this.key.value;
    return this.#tell("Putting …", async () => {
      await this.#dht.put(key, this.text.value);
      return `Stored under “${beginningOf(key)}”, for ten minutes.`;
    });
  }

  async #tell(beginning: string, work: (signal: AbortSignal) => Promise<string>): Promise<void> {
    this.#current.abort();
    const current = new AbortController();
    this.#current = current;
    this.outcome.value = beginning;
    try {
      const outcome = await work(current.signal);
      if (!current.signal.aborted) this.outcome.value = outcome;
    } catch (error) {
      if (current.signal.aborted) return;
      if (!(error instanceof RequestError)) throw error;
      this.outcome.value = `That did not work: ${error.message}${/[.?!]$/.test(error.message) ? "" : "."}`;
    }
  }
}

function outcomeOf(count: number): string {
  if (count === 0) return "Nothing there.";
  if (count > MOST_SHOWN) return `Found ${count} values; shown are the ${MOST_SHOWN} of them that came last.`;
  return `Found ${count} ${count === 1 ? "value" : "values"}.`;
}
