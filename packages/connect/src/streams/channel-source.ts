import type { Duplex } from "node:stream";
import type { Channel } from "../mux/index.ts";

/** Who opens channels to devices: a ConnectionManager. */
export interface ChannelOpener {
  connect(device: string, name: string, options: { readonly signal?: AbortSignal | undefined }): Promise<Duplex>;
}

/** A channel that another device asks for. */
export interface OfferedChannel {
  /** Resolves to nothing when the other side no longer wants it. */
  accept(): Promise<Channel | undefined>;
  decline(): void;
}

/** Who is asked for channels by other devices: a ConnectionManager. */
export interface ChannelAcceptor {
  handle(handler: (offer: OfferedChannel) => void | Promise<void>, options: { readonly name: string }): Disposable;
}
