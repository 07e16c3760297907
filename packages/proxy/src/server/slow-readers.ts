import type { Scheduler, Timer } from "@hashmere/dht/engine";
import type { ClientAccount } from "./client-account.ts";
import type { ProxyLimits } from "./limits.ts";

/** All of them are looked at when so much more has been written to them. */
const LOOK_AFTER_BYTES = 1 << 20;

/** Who reads a stream. */
export interface StreamReader {
  /** Bytes that it has yet to take. */
  readonly waitingBytes: number;
  cutOff(): void;
}

interface WaitingStream {
  readonly reader: StreamReader;
  readonly bytes: number;
  /** What waits for its client, but for what is further behind. */
  readonly ofClient: number;
}

/**
 * Who doesn't keep up with what is written. What waits for one is little, but somebody may have thousands of streams, of a
 * key where every value is large: when it is too much for one client, those of its streams are cut off that are furthest
 * behind, and when it is too much for all, the same is done to whichever client most waits for.
 */
export class SlowReaders {
  readonly #limits: Pick<ProxyLimits, "maxWaitingBytes" | "maxWaitingBytesPerClient">;
  readonly #scheduler: Scheduler;
  readonly #readers = new Map<StreamReader, ClientAccount>();
  #unseenBytes = 0;
  #nextLook: Timer | undefined;

  constructor(limits: Pick<ProxyLimits, "maxWaitingBytes" | "maxWaitingBytesPerClient">, scheduler: Scheduler) {
    this.#limits = limits;
    this.#scheduler = scheduler;
  }

  /** A reader is behind, or still is, and so much more was written. */
  add(reader: StreamReader, account: ClientAccount, bytes: number): void {
    this.#readers.set(reader, account);
    this.#unseenBytes += bytes;
    if (this.#unseenBytes < LOOK_AFTER_BYTES || this.#nextLook?.isPending) return;
    // Not at once: the kernel may yet take it for him.
    this.#nextLook = this.#scheduler.at(this.#scheduler.now(), () => this.#look());
  }

  /** It has caught up, or is gone. */
  remove(reader: StreamReader): void {
    this.#readers.delete(reader);
  }

  #look(): void {
    this.#unseenBytes = 0;
    const { maxWaitingBytes, maxWaitingBytesPerClient } = this.#limits;
    const waiting = this.#waiting();
    let ofAll = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { reader, bytes, ofClient } of waiting) {
      if (ofAll <= maxWaitingBytes && ofClient <= maxWaitingBytesPerClient) return;
      reader.cutOff();
      ofAll -= bytes;
    }
  }

  /**
   * In the order in which they have to go. What waits for a client when it is a stream's turn is known beforehand, as those
   * of its streams that are further behind have gone by then: one sort by that is as good as a new look after each.
   */
  #waiting(): readonly WaitingStream[] {
    const waiting = Array.from(this.#readers, ([reader, account]) => ({ reader, account, bytes: reader.waitingBytes }));
    waiting.sort((one, other) => one.bytes - other.bytes);
    const ofClients = new Map<ClientAccount, number>();
    return waiting
      .map(({ reader, account, bytes }) => {
        const ofClient = (ofClients.get(account) ?? 0) + bytes;
        ofClients.set(account, ofClient);
        return { reader, bytes, ofClient };
      })
      .sort((one, other) => other.ofClient - one.ofClient || other.bytes - one.bytes);
  }
}
