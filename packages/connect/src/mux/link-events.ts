import type { ConnectError } from "../errors/index.ts";
import type { Channel } from "./channel.ts";

/** A channel that the other side asked for, and that was accepted. */
export class ChannelEvent extends Event {
  readonly channel: Channel;

  constructor(channel: Channel) {
    super("channel");
    this.channel = channel;
  }
}

/** The link is over. Without `error`, one of both sides closed it in good order. */
export class LinkCloseEvent extends Event {
  readonly error: ConnectError | undefined;

  constructor(error: ConnectError | undefined) {
    super("close");
    this.error = error;
  }
}

/** The events of a link by their names. */
export interface LinkEventMap {
  readonly channel: ChannelEvent;
  readonly close: LinkCloseEvent;
}
