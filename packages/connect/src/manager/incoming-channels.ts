import type { Certificate } from "@hashmere/crypto";
import type { PkId, Scheduler } from "@hashmere/dht";
import type { Channel, IncomingChannel } from "../mux/index.ts";
import type { PeerDevice } from "./admission.ts";

/** How long an application may think about a channel before it counts as declined. */
export const DECISION_TIMEOUT_MS = 10_000;

/** A device that may connect wants a channel. */
export interface ChannelRequest {
  readonly name: string;
  readonly deviceId: PkId;
  readonly certificate: Certificate;
  /** Resolves to the channel; to undefined when the other side is gone or wants it no more, or it was too late. */
  accept(): Promise<Channel | undefined>;
  decline(): void;
}

/** Decides by `accept` or `decline`; one that ends without either has declined. */
export type ChannelHandler = (request: ChannelRequest) => void | Promise<void>;

/** Which channels somebody decides about. */
export interface HandleOptions {
  /** Only channels of this name. Default: those that no other handler is for. */
  readonly name?: string | undefined;
}

/** Who decides about channels that others ask for, and gets them. Where nobody does, they are declined. */
export class IncomingChannels {
  readonly #scheduler: Scheduler;
  /** By the name that they are for; undefined: for all others. */
  readonly #handlers = new Map<string | undefined, ChannelHandler>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** @throws TypeError when there is a handler for these already */
  handle(handler: ChannelHandler, { name }: HandleOptions): Disposable {
    if (this.#handlers.has(name)) throw new TypeError(`channels ${name ?? "of any name"} have a handler already`);
    this.#handlers.set(name, handler);
    return {
      [Symbol.dispose]: () => {
        if (this.#handlers.get(name) === handler) this.#handlers.delete(name);
      },
    };
  }

  decide(device: PeerDevice, { name, outcome }: IncomingChannel): boolean | Promise<boolean> {
    const handler = this.#handlers.get(name) ?? this.#handlers.get(undefined);
    if (handler === undefined) return false;
    const decision = new Decision();
    const accept = () => {
      decision.make(true);
      return outcome;
    };
    const { deviceId, certificate } = device;
    const request = { name, deviceId, certificate, accept, decline: () => decision.make(false) };
    void runHandler(handler, request).finally(() => decision.make(false));
    return decision.made ?? decision.within(DECISION_TIMEOUT_MS, this.#scheduler);
  }
}

/** Yes or no, whichever is said first. */
class Decision {
  /** Undefined until it is made. Most are made at once, and nobody should wait for those. */
  made: boolean | undefined;
  readonly #promise = Promise.withResolvers<boolean>();

  make(verdict: boolean): void {
    this.made ??= verdict;
    this.#promise.resolve(this.made);
  }

  /** No, when it isn't made in time. */
  within(ms: number, scheduler: Scheduler): Promise<boolean> {
    const timer = scheduler.at(scheduler.now() + ms, () => this.make(false));
    return this.#promise.promise.finally(() => timer.cancel());
  }
}

/** What a handler throws is its caller's to see, as with any listener; the channel is declined. */
async function runHandler(handler: ChannelHandler, request: ChannelRequest): Promise<void> {
  await handler(request);
}
