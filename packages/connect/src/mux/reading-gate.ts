import type { Duplex } from "node:stream";
import type { Scheduler, Timer } from "@hashmere/dht";
import { MAX_FRAME_DATA_BYTES } from "./frame.ts";
import type { WindowBudget } from "./receive-window.ts";

/** How often a side that doesn't read tells a peer of this library that it is there all the same. */
const HELLO_INTERVAL_MS = 1_000;

interface GateHost {
  isPeerExtended(): boolean;
  sayHello(): void;
  /** From now on nothing is read, or all again. */
  deaf(isDeaf: boolean): void;
}

/**
 * Keeps what lies unread within its limit: above it, nothing is read from the stream until half of it is gone. Peers that
 * count credit seldom get there; with others it is the only way to slow them down, and it stops all channels.
 */
export class ReadingGate {
  readonly #stream: Duplex;
  readonly #scheduler: Scheduler;
  readonly #maxBytes: number;
  readonly #host: GateHost;
  readonly #budget: Budget;
  #unreadBytes = 0;
  #isClosed = false;
  #hello: Timer | undefined;
  #isShut = false;

  constructor(stream: Duplex, scheduler: Scheduler, maxBytes: number, host: GateHost) {
    this.#stream = stream;
    this.#scheduler = scheduler;
    this.#maxBytes = maxBytes;
    this.#host = host;
    this.#budget = new Budget((maxBytes * 3) / 4);
  }

  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /** What windows may grow by: as much as leaves room for many channels that are read slowly. */
  get windowBudget(): WindowBudget {
    return this.#budget;
  }

  unreadChanged(difference: number): void {
    this.#unreadBytes += difference;
    if (this.#isClosed) return;
    // One more chunk may be under way when the stream is told to stop.
    if (!this.#isShut && this.#unreadBytes > this.#maxBytes - 2 * MAX_FRAME_DATA_BYTES) this.#shut();
    else if (this.#isShut && this.#unreadBytes <= this.#maxBytes / 2) this.#open();
  }

  close(): void {
    this.#isClosed = true;
    this.#hello?.cancel();
  }

  #shut(): void {
    this.#isShut = true;
    this.#stream.pause();
    this.#host.deaf(true);
    this.#sayHelloLater();
  }

  #open(): void {
    this.#isShut = false;
    this.#hello?.cancel();
    this.#host.deaf(false);
    this.#stream.resume();
  }

  #sayHelloLater(): void {
    if (!this.#host.isPeerExtended()) return;
    this.#hello = this.#scheduler.at(this.#scheduler.now() + HELLO_INTERVAL_MS, () => {
      this.#host.sayHello();
      this.#sayHelloLater();
    });
  }
}

class Budget implements WindowBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}
