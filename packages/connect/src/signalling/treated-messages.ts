// Source: DHTNet connection protocol, de-duplication.
import { appendFile } from "node:fs/promises";
import { replaceFile } from "@hashmere/crypto";
import { type Logger, type Scheduler, silentLogger } from "@hashmere/dht";
import { Reader, readTimestamp, Writer, writeTimestamp } from "@hashmere/dht/msgpack";
import { readBoundedFile } from "../files/index.ts";

/** How long a connection request is remembered, so that it counts once. */
export const TREATED_FOR_MS = 24 * 60 * 60 * 1000;
/** Requests remembered; the oldest gives way. */
export const MAX_TREATED = 65_536;

/** An entry takes 21 bytes at most; a file of twice as many entries as are kept is read before it is made shorter. */
const MAX_FILE_BYTES = 2 * 21 * MAX_TREATED;

export interface TreatedMessagesOptions {
  readonly scheduler: Scheduler;
  /** File in which DHTNet keeps them too. Default: in memory alone. */
  readonly path?: string | undefined;
  readonly limit?: number | undefined;
  readonly log?: Logger | undefined;
}

/** Ids of requests and answers that were dealt with: what comes again, also after a restart, is passed over. */
export class TreatedMessages {
  /** When each was dealt with, Unix ms; oldest first. */
  readonly #times = new Map<bigint, number>();
  readonly #scheduler: Scheduler;
  readonly #path: string | undefined;
  readonly #limit: number;
  readonly #log: Logger;
  /** What is in the file, entries that are forgotten included. */
  #fileEntries = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor({ scheduler, path, limit = MAX_TREATED, log = silentLogger }: TreatedMessagesOptions) {
    this.#scheduler = scheduler;
    this.#path = path;
    this.#limit = limit;
    this.#log = log;
  }

  /** Reads the file. One that can't be read, or is damaged at some point, counts as far as it can be read. */
  static async open(options: TreatedMessagesOptions): Promise<TreatedMessages> {
    const treated = new TreatedMessages(options);
    const bytes = options.path === undefined ? undefined : await readBoundedFile(options.path, MAX_FILE_BYTES);
    if (bytes !== undefined) await treated.#load(bytes);
    return treated;
  }

  get size(): number {
    return this.#times.size;
  }

  has(id: bigint): boolean {
    const time = this.#times.get(id);
    return time !== undefined && time > this.#scheduler.wallClock() - TREATED_FOR_MS;
  }

  add(id: bigint): void {
    const now = this.#scheduler.wallClock();
    this.#remember(id, now);
    if (this.#path === undefined) return;
    if (++this.#fileEntries > 2 * this.#limit) this.#write((path) => replaceFile(path, this.#pack()));
    else {
      const entry = packEntry(id, now);
      this.#write((path) => appendFile(path, entry, { mode: 0o600 }));
    }
  }

  /** Resolves when all is on disk that was added so far. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #load(bytes: Uint8Array): Promise<void> {
    const reader = new Reader(bytes);
    const oldest = this.#scheduler.wallClock() - TREATED_FOR_MS;
    let read = 0;
    while (reader.offset < reader.end) {
      const isPair = reader.readArrayLength() === 2;
      const id = reader.readUint64();
      const { seconds, nanoseconds } = readTimestamp(reader);
      if (reader.failed || !isPair) break;
      read++;
      const time = seconds * 1000 + nanoseconds / 1e6;
      if (time > oldest) this.#remember(id, time);
    }
    this.#fileEntries = this.#times.size;
    if (reader.failed || read !== this.#times.size) {
      this.#write((path) => replaceFile(path, this.#pack()));
      await this.flush();
    }
  }

  #remember(id: bigint, time: number): void {
    this.#times.delete(id);
    this.#times.set(id, time);
    for (const oldest of this.#times.keys()) {
      if (this.#times.size <= this.#limit) return;
      this.#times.delete(oldest);
    }
  }

  #pack(): Uint8Array {
    this.#fileEntries = this.#times.size;
    return Buffer.concat([...this.#times].map(([id, time]) => packEntry(id, time)));
  }

  /** One after the other, so that appended entries never fall into a file that is being replaced. */
  #write(write: (path: string) => Promise<void>): void {
    const path = this.#path;
    if (path === undefined) return;
    this.#writing = this.#writing
      .then(() => write(path))
      .catch((error: unknown) => this.#log.log("warning", `${path} can't be written: ${error}`));
  }
}

function packEntry(id: bigint, time: number): Uint8Array {
  const writer = new Writer(32);
  writer.arrayHeader(2);
  writer.uint64(id);
  writeTimestamp(writer, { seconds: Math.floor(time / 1000), nanoseconds: Math.floor((time % 1000) * 1e6) });
  return writer.finish();
}
