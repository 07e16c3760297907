import type { Duplex } from "node:stream";

/** What programs written for TCP sockets call on them besides reading and writing. */
export interface SocketManners {
  /** Emits `timeout` after so many ms in which nothing came or went; 0 for never. */
  setTimeout(timeoutMs: number, listener?: () => void): this;
  /** These change nothing: a channel sends at once, its link looks after itself, and a link keeps the process running. */
  setNoDelay(): this;
  setKeepAlive(): this;
  ref(): this;
  unref(): this;
}

interface Counted {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
}

/** Adds the manners of a TCP socket to a stream; HTTP clients and servers expect some of them. */
export function withSocketManners<T extends Duplex & Counted>(stream: T): T & SocketManners {
  let timer: NodeJS.Timeout | undefined;
  const traffic = (): number => (stream.bytesRead ?? 0) + (stream.bytesWritten ?? 0);
  const arm = (timeoutMs: number): void => {
    const before = traffic();
    timer = setTimeout(() => {
      if (traffic() === before) stream.emit("timeout");
      else arm(timeoutMs);
    }, timeoutMs).unref();
  };
  stream.once("close", () => clearTimeout(timer));
  const mannered = Object.assign(stream, {
    setTimeout(timeoutMs: number, listener?: () => void) {
      clearTimeout(timer);
      if (listener !== undefined) stream.once("timeout", listener);
      if (timeoutMs > 0 && !stream.destroyed) arm(timeoutMs);
      return mannered;
    },
    setNoDelay: () => mannered,
    setKeepAlive: () => mannered,
    ref: () => mannered,
    unref: () => mannered,
  });
  // What `Object.assign` has added returns the stream itself, which TypeScript can't say of a type parameter.
  return mannered as T & SocketManners;
}
