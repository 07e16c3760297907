import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Scheduler } from "@hashmere/dht/engine";
import { UNCONFIRMED_MS } from "../server/index.ts";
import { otherEndOf } from "./other-end.ts";
import { type Retransmission, readRetransmissions } from "./tcp-tables.ts";

/**
 * Closes the connections of clients who have gone without a word: a cable was pulled, a phone has left its network. Where
 * nothing was sent to them TCP notices it soon by itself (`TCP_KEEP_ALIVE_MS`). Where something was, a heartbeat say, only
 * the kernel knows that it repeats it in vain, and goes on for a quarter of an hour. On Linux it tells.
 */
export class VanishedClients {
  readonly #scheduler: Scheduler;
  readonly #read: () => Promise<readonly Retransmission[]>;
  /** All that are connected, by their other end. */
  readonly #sockets = new Map<string, Socket>();
  /** Those who confirm nothing: since when (monotonic), and how often it was tried again. */
  #silent: ReadonlyMap<string, { readonly since: number; readonly count: number }> = new Map();

  /** @param read the connections on which the kernel sends something again */
  constructor(server: Server, scheduler: Scheduler, read = readRetransmissions) {
    this.#scheduler = scheduler;
    this.#read = read;
    server.on("connection", (socket) => {
      const name = otherEndOf(socket);
      this.#sockets.set(name, socket);
      socket.once("close", () => this.#sockets.delete(name));
    });
  }

  /** To be called every `UNCONFIRMED_CHECK_MS`. */
  async check(): Promise<void> {
    if (this.#sockets.size > 0) this.#judge(await this.#read());
  }

  #judge(retransmissions: readonly Retransmission[]): void {
    const now = this.#scheduler.now();
    const silent = new Map<string, { readonly since: number; readonly count: number }>();
    for (const { otherEnd, count } of retransmissions) {
      const socket = this.#sockets.get(otherEnd);
      if (socket === undefined) continue;
      const before = this.#silent.get(otherEnd);
      // Fewer than before: something was confirmed meanwhile.
      const since = before !== undefined && count >= before.count ? before.since : now;
      if (now - since < UNCONFIRMED_MS) silent.set(otherEnd, { since, count });
      else socket.destroy();
    }
    this.#silent = silent;
  }
}
