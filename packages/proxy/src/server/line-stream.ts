import type { ServerResponse } from "node:http";
import type { Scheduler, Timer } from "@hashmere/dht/engine";
import type { ClientAccount } from "./client-account.ts";
import { respondStreamed } from "./respond.ts";
import type { SlowReaders, StreamReader } from "./slow-readers.ts";
import { StallWatch } from "./stall-watch.ts";

/** Between comments that keep a stream of events alive. */
export const EVENT_HEARTBEAT_MS = 15_000;
/** Of a stream that soon ends, what is written within this time leaves together; the head leaves no later either. */
const GATHERING_MS = 10;
/** But no more than that is kept back. */
const MAX_GATHERED_CHARACTERS = 16_384;

/** Lines are ASCII, and the platform is fastest with that. */
const ENCODING = "latin1";
const LAST_CHUNK = "0\r\n\r\n";

export interface LineStreamOptions {
  readonly scheduler: Scheduler;
  /** Bytes that may wait for a slow reader. */
  readonly maxBytes: number;
  /** Where it is counted while its reader is behind, and for whom. */
  readonly slowReaders: SlowReaders;
  readonly account: ClientAccount;
  /** `lines`: one JSON object per line; `events`: server-sent events with the same lines as data. */
  readonly format: "lines" | "events";
  /** The stream will soon end: a short one leaves in one piece. Default: everything leaves at once, the head too. */
  readonly isShort?: boolean | undefined;
  /** Sends something harmless after so long a silence. Default: never for lines, every 15 s for events. */
  readonly heartbeatMs?: number | undefined;
}

/** A response of many lines, over a short time or a long one. A reader who stalls, or falls too far behind, is cut off. */
export class LineStream implements StreamReader {
  readonly #response: ServerResponse;
  readonly #options: LineStreamOptions;
  #heartbeat: Timer | undefined;
  /** Runs while what is written is kept back. */
  readonly #gathering: Timer | undefined;
  #gathered = "";
  readonly #stallWatch: StallWatch;
  #hasBeenBehind = false;
  /** Something has left, be it only the head. */
  #hasBegun = false;
  #spokeAt: number;

  constructor(response: ServerResponse, options: LineStreamOptions) {
    const isEvents = options.format === "events";
    this.#response = response;
    this.#options = options;
    this.#stallWatch = new StallWatch(response, options.scheduler);
    const heartbeatMs = options.heartbeatMs ?? (isEvents ? EVENT_HEARTBEAT_MS : undefined);
    this.#spokeAt = options.scheduler.now();
    if (isEvents) respondStreamed(response, "text/event-stream", ["Cache-Control", "no-store"]);
    else respondStreamed(response);
    if (heartbeatMs !== undefined) this.#beatAfter(heartbeatMs);
    response.once("close", () => this.#forgetTimers());
    if (options.isShort) this.#gathering = this.#after(GATHERING_MS, () => this.#release());
    else this.#sendHead();
  }

  /** The reader has gone, or the stream has ended. */
  get isClosed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  /** Called once, when the reader goes or the stream ends. */
  onClose(task: () => void): void {
    if (this.isClosed) task();
    else this.#response.once("close", task);
  }

  /** @param line with its line feed */
  write(line: string): void {
    this.#send(this.#options.format === "events" ? `data: ${line}\n` : line);
  }

  /** Whether it would be kind to wait for `drained`. */
  get isFull(): boolean {
    return this.#response.writableNeedDrain;
  }

  get waitingBytes(): number {
    return this.#response.writableLength;
  }

  cutOff(): void {
    this.#response.destroy();
  }

  /** Resolves when the reader has caught up, or has gone. */
  drained(): Promise<void> {
    if (!this.isFull || this.isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#response.off("drain", done);
        this.#response.off("close", done);
        resolve();
      };
      this.#response.on("drain", done);
      this.#response.on("close", done);
    });
  }

  end(): void {
    if (this.isClosed) return;
    this.#forgetTimers();
    const last = this.#options.format === "events" ? "event: end\ndata: {}\n\n" : "";
    const text = this.#gathered + last;
    if (this.#hasBegun) this.#response.end(text, ENCODING);
    else this.#sendWhole(text);
    this.#stallWatch.look();
  }

  #send(text: string): void {
    if (this.isClosed) return;
    if (!this.#gathering?.isPending) return this.#sendNow(text);
    this.#gathered += text;
    if (this.#gathered.length > MAX_GATHERED_CHARACTERS) this.#release();
  }

  #release(): void {
    this.#gathering?.cancel();
    const text = this.#gathered;
    this.#gathered = "";
    if (text === "") this.#sendHead();
    else this.#sendNow(text);
  }

  #sendHead(): void {
    this.#hasBegun = true;
    this.#response.flushHeaders();
  }

  /** Head and body leave in one piece, divided into chunks here: what the platform divides leaves in five. */
  #sendWhole(text: string): void {
    this.#response.chunkedEncoding = false;
    this.#response.end(text === "" ? LAST_CHUNK : `${text.length.toString(16)}\r\n${text}\r\n${LAST_CHUNK}`, ENCODING);
  }

  #sendNow(text: string): void {
    this.#hasBegun = true;
    this.#spokeAt = this.#options.scheduler.now();
    if (this.#response.write(text, ENCODING)) return;
    if (this.waitingBytes > this.#options.maxBytes) return this.cutOff();
    this.#stallWatch.look();
    this.#countBehind(text.length);
  }

  #countBehind(bytes: number): void {
    const { slowReaders, account } = this.#options;
    slowReaders.add(this, account, bytes);
    if (this.#hasBeenBehind) return;
    this.#hasBeenBehind = true;
    const caughtUp = () => slowReaders.remove(this);
    this.#response.on("drain", caughtUp).once("close", caughtUp);
  }

  /** @param silenceMs how much longer it may last */
  #beatAfter(periodMs: number, silenceMs = periodMs): void {
    const { scheduler, format } = this.#options;
    this.#heartbeat = this.#after(silenceMs, () => {
      const silence = scheduler.now() - this.#spokeAt;
      if (silence < periodMs) return this.#beatAfter(periodMs, periodMs - silence);
      this.#send(format === "events" ? ":\n\n" : "\n");
      if (!this.isClosed) this.#beatAfter(periodMs);
    });
  }

  #after(delayMs: number, task: () => void): Timer {
    const { scheduler } = this.#options;
    return scheduler.at(scheduler.now() + delayMs, task);
  }

  #forgetTimers(): void {
    this.#gathering?.cancel();
    this.#heartbeat?.cancel();
  }
}
