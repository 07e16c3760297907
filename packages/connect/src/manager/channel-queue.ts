import type { Channel } from "../mux/index.ts";
import type { ChannelRequest } from "./incoming-channels.ts";

/** Channels that wait to be taken; further ones are declined. */
export const MAX_WAITING_CHANNELS = 256;

/** Accepts every channel that comes, for `for await`. Ends with the loop, or with the manager. */
export class ChannelQueue implements AsyncIterableIterator<Channel, undefined> {
  readonly #channels: Channel[] = [];
  readonly #onEnd: () => void;
  #waiting: PromiseWithResolvers<IteratorResult<Channel, undefined>> | undefined;
  #isOver = false;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  async take(request: ChannelRequest): Promise<void> {
    if (this.#isOver || this.#channels.length >= MAX_WAITING_CHANNELS) return request.decline();
    const channel = await request.accept();
    if (channel === undefined) return;
    if (this.#isOver) channel.destroy();
    else if (this.#waiting === undefined) this.#channels.push(channel);
    else {
      this.#waiting.resolve({ value: channel, done: false });
      this.#waiting = undefined;
    }
  }

  /** What waits can still be taken, then the loop ends. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd();
    this.#waiting?.resolve({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<Channel, undefined>> {
    const channel = this.#channels.shift();
    if (channel !== undefined) return Promise.resolve({ value: channel, done: false });
    if (this.#isOver) return Promise.resolve({ value: undefined, done: true });
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  async return(): Promise<IteratorResult<Channel, undefined>> {
    this.end();
    for (const channel of this.#channels.splice(0)) channel.destroy();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
