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

/**
 * Who doesn't keep up with what is written. What waits for one is little, but somebody may have thousands of streams, of a
 * key where every value is large: when it is too much for one client, or for all, those furthest behind are cut off.
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
    const waiting = Array.from(this.#readers, ([reader, account]) => ({ reader, account, bytes: reader.waitingBytes }));
    const ofClients = new Map<ClientAccount, number>();
    let ofAll = 0;
    for (const { account, bytes } of waiting) {
      ofAll += bytes;
      ofClients.set(account, (ofClients.get(account) ?? 0) + bytes);
    }
    waiting.sort((one, other) => other.bytes - one.bytes);
    for (const { reader, account, bytes } of waiting) {
      const ofClient = ofClients.get(account) ?? 0;
      if (ofAll <= maxWaitingBytes && ofClient <= maxWaitingBytesPerClient) continue;
      reader.cutOff();
      ofAll -= bytes;
      ofClients.set(account, ofClient - bytes);
    }
  }
}
