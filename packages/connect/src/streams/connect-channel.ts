import { Duplex } from "node:stream";
import type { ChannelOpener } from "./channel-source.ts";
import { type SocketManners, withSocketManners } from "./socket-manners.ts";

type Done = (error?: Error | null) => void;

/**
 * A channel to a device as a stream that is there at once, like `net.connect`: what is written waits until the channel is
 * open, `connect` says when. `error` comes with a ConnectError when it can't be opened.
 */
export function connectChannel(opener: ChannelOpener, device: string, name: string): Duplex & SocketManners {
  return withSocketManners(new ConnectingChannel(opener, device, name));
}

class ConnectingChannel extends Duplex {
  bytesRead = 0;
  bytesWritten = 0;
  readonly #controller = new AbortController();
  readonly #opening: Promise<Duplex>;
  #channel: Duplex | undefined;

  constructor(opener: ChannelOpener, device: string, name: string) {
    super({ allowHalfOpen: false });
    this.#opening = opener.connect(device, name, { signal: this.#controller.signal });
    this.#opening.catch(() => {}); // `_construct` reports it
  }

  override _construct(done: Done): void {
    this.#opening.then((channel) => {
      this.#attach(channel);
      done();
      this.emit("connect");
    }, done);
  }

  override _read(): void {
    this.#channel?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.bytesWritten += chunk.length;
    this.#channel?.write(chunk, done);
  }

  override _final(done: Done): void {
    this.#channel?.end(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#controller.abort();
    if (this.#channel === undefined) this.#opening.then((channel) => channel.destroy()).catch(() => {});
    else this.#channel.destroy(error ?? undefined);
    done(error);
  }

  #attach(channel: Duplex): void {
    this.#channel = channel;
    channel.allowHalfOpen = true; // this stream ends it
    channel.on("data", (chunk: Buffer) => {
      this.bytesRead += chunk.length;
      if (!this.push(chunk)) channel.pause();
    });
    channel.on("end", () => this.push(null));
    channel.on("error", (error) => this.destroy(error));
    channel.on("close", () => {
      if (!channel.readableEnded) this.destroy();
    });
    channel.pause();
  }
}
