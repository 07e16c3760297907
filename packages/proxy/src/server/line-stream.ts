import type { ServerResponse } from "node:http";
import type { Scheduler, Timer } from "@hashmere/dht/engine";
import { STALLED_READER_MS } from "./limits.ts";
import { respondStreamed } from "./respond.ts";

/** Between comments that keep a stream of events alive. */
export const EVENT_HEARTBEAT_MS = 15_000;

export interface LineStreamOptions {
  readonly scheduler: Scheduler;
  /** Bytes that may wait for a slow reader. */
  readonly maxBytes: number;
  /** `lines`: one JSON object per line; `events`: server-sent events with the same lines as data. */
  readonly format: "lines" | "events";
  /** Sends something harmless after so long a silence. Default: never for lines, every 15 s for events. */
  readonly heartbeatMs?: number | undefined;
}

/** A response of many lines, over a short time or a long one. A reader that stalls, or falls too far behind, is cut off. */
export class LineStream {
  readonly #response: ServerResponse;
  readonly #options: LineStreamOptions;
  #heartbeat: Timer | undefined;
  #stall: Timer | undefined;
  #spokeAt: number;

  constructor(response: ServerResponse, options: LineStreamOptions) {
    const isEvents = options.format === "events";
    this.#response = response;
    this.#options = options;
    const heartbeatMs = options.heartbeatMs ?? (isEvents ? EVENT_HEARTBEAT_MS : undefined);
    this.#spokeAt = options.scheduler.now();
    if (isEvents) respondStreamed(response, "text/event-stream", ["Cache-Control", "no-store"]);
    else respondStreamed(response);
    if (heartbeatMs !== undefined) this.#beatAfter(heartbeatMs);
    response.once("close", () => this.#forgetTimers());
  }

  /** Sends the head now, before there is anything to tell. */
  flushHead(): void {
    this.#response.flushHeaders();
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
    this.#response.end(this.#options.format === "events" ? "event: end\ndata: {}\n\n" : undefined);
  }

  #send(text: string): void {
    if (this.isClosed) return;
    this.#spokeAt = this.#options.scheduler.now();
    if (this.#response.write(text)) return;
    if (this.#response.writableLength > this.#options.maxBytes) this.#response.destroy();
    else this.#watchStall();
  }

  #watchStall(): void {
    if (this.#stall?.isPending) return;
    const { scheduler } = this.#options;
    const waiting = this.#stall === undefined;
    this.#stall = scheduler.at(scheduler.now() + STALLED_READER_MS, () => this.#response.destroy());
    if (waiting) this.#response.on("drain", () => this.#stall?.cancel());
  }

  /** @param silenceMs how much longer it may last */
  #beatAfter(periodMs: number, silenceMs = periodMs): void {
    const { scheduler, format } = this.#options;
    this.#heartbeat = scheduler.at(scheduler.now() + silenceMs, () => {
      const silence = scheduler.now() - this.#spokeAt;
      if (silence < periodMs) return this.#beatAfter(periodMs, periodMs - silence);
      this.#send(format === "events" ? ":\n\n" : "\n");
      if (!this.isClosed) this.#beatAfter(periodMs);
    });
  }

  #forgetTimers(): void {
    this.#heartbeat?.cancel();
    this.#stall?.cancel();
  }
}
