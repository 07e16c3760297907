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

interface LinkEventMap {
  readonly channel: ChannelEvent;
  readonly close: LinkCloseEvent;
}

type ListenerParameters = Parameters<EventTarget["addEventListener"]>;

/** An EventTarget whose listeners are typed by the event's name. */
export class LinkEventTarget extends EventTarget {
  override addEventListener<K extends keyof LinkEventMap>(
    type: K,
    listener: (event: LinkEventMap[K]) => void,
    options?: ListenerParameters[2],
  ): void;
  override addEventListener(...parameters: ListenerParameters): void;
  override addEventListener(type: string, listener: unknown, options?: ListenerParameters[2]): void {
    // EventTarget calls it with the event of this type, which the overloads above tie to the listener's parameter.
    super.addEventListener(type, listener as ListenerParameters[1], options);
  }

  override removeEventListener<K extends keyof LinkEventMap>(
    type: K,
    listener: (event: LinkEventMap[K]) => void,
    options?: ListenerParameters[2],
  ): void;
  override removeEventListener(...parameters: ListenerParameters): void;
  override removeEventListener(type: string, listener: unknown, options?: ListenerParameters[2]): void {
    super.removeEventListener(type, listener as ListenerParameters[1], options);
  }
}
