import type { ServerResponse } from "node:http";
import type { Scheduler, Timer } from "@hashmere/dht/engine";
import { STALLED_READER_MS } from "./limits.ts";

/** Cuts off the reader of a response who does not catch up within `STALLED_READER_MS`, also with what came last. */
export class StallWatch {
  readonly #response: ServerResponse;
  readonly #scheduler: Scheduler;
  #timer: Timer | undefined;

  constructor(response: ServerResponse, scheduler: Scheduler) {
    this.#response = response;
    this.#scheduler = scheduler;
  }

  /** To be called after writes: the time begins to run if the reader is behind. */
  look(): void {
    const response = this.#response;
    if (this.#timer?.isPending || response.writableLength === 0) return;
    if (this.#timer === undefined) {
      const stop = () => this.#timer?.cancel();
      response.on("drain", stop).once("close", stop);
    }
    const isItsTurn = response.socket !== null; // not behind another response of the connection
    this.#timer = this.#scheduler.at(this.#scheduler.now() + STALLED_READER_MS, () => {
      if (isItsTurn) response.destroy();
      else this.look();
    });
  }
}
