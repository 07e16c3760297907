import type { Channel } from "./channel.ts";
import type { ChannelRequestPacket } from "./channel-request.ts";

/** A channel that the other side asks for. */
export interface IncomingChannel {
  readonly name: string;
  readonly number: number;
  /**
   * What becomes of it: the channel, as soon as it is open; nothing when it was declined, when the other side gave up
   * waiting, and when the link ended before.
   */
  readonly outcome: Promise<Channel | undefined>;
}

interface Pending {
  readonly name: string;
  /** The other side still waits. */
  isWanted: boolean;
  settle(channel: Channel | undefined): void;
}

/** Decides about a channel that the other side asks for. Whatever it throws is a no. */
export type AcceptChannel = (request: IncomingChannel) => boolean | Promise<boolean>;

/** Requests of the other side, while the application thinks about them. */
export class IncomingRequests {
  readonly #accept: AcceptChannel;
  /** By the numbers asked for. */
  readonly #pending = new Map<number, Pending>();

  constructor(accept: AcceptChannel) {
    this.#accept = accept;
  }

  get size(): number {
    return this.#pending.size;
  }

  get nameCharacters(): number {
    let sum = 0;
    for (const { name } of this.#pending.values()) sum += name.length;
    return sum;
  }

  has(number: number): boolean {
    return this.#pending.has(number);
  }

  /** The other side has given up waiting. */
  cancel(number: number): void {
    const entry = this.#pending.get(number);
    if (entry !== undefined) entry.isWanted = false;
  }

  clear(): void {
    for (const entry of this.#pending.values()) entry.settle(undefined);
    this.#pending.clear();
  }

  /**
   * Calls `decided` once, in this turn, if the application knows at once; never when the link ends before.
   * @param decided opens the channel if it is accepted
   */
  decide(
    { name, number }: Pick<ChannelRequestPacket, "name" | "number">,
    decided: (isAccepted: boolean) => Channel | undefined,
  ): void {
    const { promise: outcome, resolve } = Promise.withResolvers<Channel | undefined>();
    const entry: Pending = { name, isWanted: true, settle: resolve };
    this.#pending.set(number, entry);
    const settle = (isAccepted: boolean): void => {
      if (this.#pending.get(number) !== entry) return; // the link is over
      this.#pending.delete(number);
      entry.settle(decided(isAccepted && entry.isWanted));
    };
    const verdict = this.#ask({ name, number, outcome });
    if (typeof verdict === "boolean") settle(verdict);
    else verdict.then(settle, () => settle(false));
  }

  #ask(request: IncomingChannel): boolean | Promise<boolean> {
    try {
      return this.#accept(request);
    } catch {
      return false;
    }
  }
}
