import { DhtError } from "@hashmere/dht/engine";
import { MAX_REQUESTS_AT_ONCE, MAX_WAITING_REQUESTS } from "./limits.ts";

/** Lets so many requests be under way at a time, in the order in which they came. */
export class RequestSlots {
  readonly #waiting: (() => void)[] = [];
  #free = MAX_REQUESTS_AT_ONCE;

  /** @throws DhtError `ERR_TOO_MANY_REQUESTS` when too many wait already; whatever `work` throws */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING_REQUESTS) {
      const advice = `${MAX_WAITING_REQUESTS} requests wait for the proxy already: await some before making others`;
      return Promise.reject(new DhtError("ERR_TOO_MANY_REQUESTS", advice));
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
