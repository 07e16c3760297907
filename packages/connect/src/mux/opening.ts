import type { Scheduler, Timer } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import type { Channel } from "./channel.ts";
import type { ChannelFlow } from "./channel-flow.ts";

export interface OpenOptions {
  /** Gives up waiting for the answer; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Gives up after so long, with `ERR_TIMED_OUT`. Default: never, as long as the link lives. */
  readonly timeoutMs?: number | undefined;
}

/** A channel that we asked for, until it is answered. */
export class Opening {
  readonly flow: ChannelFlow;
  readonly promise: Promise<Channel>;
  readonly #resolve: (channel: Channel) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: Timer | undefined;
  readonly #onGiveUp: () => void;

  /** @param giveUp called when the one who asked doesn't want to wait any longer */
  constructor(flow: ChannelFlow, scheduler: Scheduler, options: OpenOptions, giveUp: (reason: unknown) => void) {
    const { promise, resolve, reject } = Promise.withResolvers<Channel>();
    const { signal, timeoutMs } = options;
    this.flow = flow;
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    this.#onGiveUp = () => giveUp(signal?.reason);
    signal?.addEventListener("abort", this.#onGiveUp, { once: true });
    if (timeoutMs !== undefined) {
      this.#timer = scheduler.at(scheduler.now() + timeoutMs, () => giveUp(timedOut(flow.channel.name, timeoutMs)));
    }
  }

  accepted(): void {
    this.#end();
    this.#resolve(this.flow.channel);
  }

  failed(reason: unknown): void {
    this.#end();
    this.#reject(reason);
  }

  #end(): void {
    this.#timer?.cancel();
    this.#signal?.removeEventListener("abort", this.#onGiveUp);
  }
}

function timedOut(name: string, timeoutMs: number): ConnectError {
  return new ConnectError("ERR_TIMED_OUT", `the other side didn't say in ${timeoutMs} ms whether it accepts “${name}”`);
}
