import { ConnectError } from "../../src/errors/index.ts";
import type { Channel } from "../../src/mux/index.ts";
import type { ChannelAcceptor, ChannelOpener, OfferedChannel } from "../../src/streams/index.ts";
import { LinkedPair } from "../mux/linked-pair.ts";

export const DEVICE = "5e73573a262ffbc96cacf909944b688eb7f090155e9dcc557803363c8df42efe";

/** A device that opens channels to DEVICE, and that device: what managers do, over a link in memory. */
export class TwoDevices {
  readonly pair: LinkedPair;
  readonly opener: ChannelOpener;
  readonly acceptor: ChannelAcceptor;
  readonly #handlers = new Map<string, (offer: OfferedChannel) => void | Promise<void>>();
  readonly #accepted = new Map<number, (channel: Channel) => void>();

  constructor() {
    this.pair = new LinkedPair({ accept: (request) => this.#decide(request) });
    this.pair.b.addEventListener("channel", ({ channel }) => this.#accepted.get(channel.number)?.(channel));
    this.opener = {
      connect: async (device, name, options) => {
        if (device !== DEVICE) throw new ConnectError("ERR_NO_CERTIFICATE", `${device} has published no certificate`);
        return this.pair.a.open(name, options);
      },
    };
    this.acceptor = {
      handle: (handler, { name }) => {
        this.#handlers.set(name, handler);
        return { [Symbol.dispose]: () => void this.#handlers.delete(name) };
      },
    };
  }

  #decide({ name, number }: { readonly name: string; readonly number: number }): boolean | Promise<boolean> {
    const handler = this.#handlers.get(name);
    if (handler === undefined) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const accept = () => {
      resolve(true);
      return new Promise<Channel>((opened) => this.#accepted.set(number, opened));
    };
    void handler({ accept, decline: () => resolve(false) });
    return promise;
  }
}
