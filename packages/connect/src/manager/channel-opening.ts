import type { Scheduler, Timer } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import type { Channel } from "../mux/index.ts";
import type { SessionAhead } from "./gathering-ahead.ts";
import { type Stage, timedOut } from "./timed-out.ts";

/** How long opening a channel may take altogether. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** How to open a channel. */
export interface ConnectOptions {
  /** Its abort ends the attempt, which rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long all of it may take: finding the device, the connection, its consent. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Use a link that is there or being made; make none. Default false. */
  readonly noNewLink?: boolean | undefined;
  /** Don't wait for a link that is being made: try to make another. One that is up is used all the same. Default false. */
  readonly forceNewLink?: boolean | undefined;
  /** Share the channel of this name that is open or being opened. Default false. */
  readonly uniqueName?: boolean | undefined;
  /** What the connection is for, in a word; proxies see it and may wake up a device for it. Default none. */
  readonly connectionType?: string | undefined;
  /** A link that is up and on which no answer comes for so long is given up, and another one made. Default none. */
  readonly channelTimeoutMs?: number | undefined;
}

/** A channel that somebody has asked for and that isn't open yet. */
export class ChannelOpening {
  readonly name: string;
  readonly options: ConnectOptions;
  readonly createdAt: number;
  /** Settles with the outcome. */
  readonly channel: Promise<Channel>;
  stage: Stage = "network";
  /** The link on which it was asked for has died once: it isn't tried a third time. */
  isRetried = false;
  /** For the link that may have to be made. */
  #session: SessionAhead | undefined;
  /** Whoever asked for it does not want it any more. */
  #isGivenUp = false;
  readonly #settled: PromiseWithResolvers<Channel> = Promise.withResolvers();
  readonly #over = new AbortController();
  readonly #timer: Timer;
  readonly #scheduler: Scheduler;

  constructor(device: string, name: string, options: ConnectOptions, timeoutMs: number, scheduler: Scheduler) {
    this.name = name;
    this.options = options;
    this.createdAt = scheduler.wallClock();
    this.#scheduler = scheduler;
    this.channel = this.#settled.promise;
    this.channel.catch(() => {}); // whoever asked sees it
    this.#timer = scheduler.at(scheduler.now() + timeoutMs, () =>
      this.#giveUp(timedOut(this.stage, device, timeoutMs)),
    );
    const { signal } = options;
    if (signal?.aborted) this.#giveUp(signal.reason);
    else signal?.addEventListener("abort", () => this.#giveUp(signal.reason), { once: true, signal: this.signal });
  }

  /** Aborted when it is over, whatever the outcome. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** A session that gathers already; it ends with the opening, unless somebody takes it. */
  get session(): SessionAhead | undefined {
    return this.#session;
  }

  set session(session: SessionAhead | undefined) {
    this.#session = session;
    if (this.isOver) session?.[Symbol.dispose]();
  }

  get remainingMs(): number {
    return this.#timer.time - this.#scheduler.now();
  }

  get isOver(): boolean {
    return this.signal.aborted;
  }

  /** Has the outcome of another one for the same channel; `askAnew` is called when nobody waits for that any more. */
  follow(other: ChannelOpening, askAnew: () => void): void {
    other.channel.then(
      (channel) => this.share(channel),
      (error: unknown) => (other.#isGivenUp ? askAnew() : this.fail(error)),
    );
  }

  /** The channel is another's too. */
  share(channel: Channel): void {
    if (!this.isOver) this.succeed(channel);
  }

  succeed(channel: Channel): void {
    if (this.isOver) channel.destroy();
    else this.#end(() => this.#settled.resolve(channel));
  }

  fail(reason: unknown): void {
    if (!this.isOver) this.#end(() => this.#settled.reject(reason));
  }

  #giveUp(reason: unknown): void {
    this.#isGivenUp = true;
    this.fail(reason);
  }

  #end(settle: () => void): void {
    this.#timer.cancel();
    this.#session?.[Symbol.dispose]();
    settle();
    this.#over.abort(new ConnectError("ERR_CLOSED", "nobody waits for this channel any more"));
  }
}
