import { type Duplex, duplexPair } from "node:stream";
import { type Channel, type ChannelEvent, Link, type LinkOptions } from "../../src/mux/index.ts";
import { VirtualTime } from "../support/virtual-time.ts";

/** Two links over one stream in memory, in virtual time. */
export class LinkedPair {
  readonly time = new VirtualTime();
  readonly streams: readonly [Duplex, Duplex];
  /** The TLS client. */
  readonly a: Link;
  readonly b: Link;
  /** Channels that a has asked for, as b sees them. */
  readonly atB: Channel[] = [];
  readonly atA: Channel[] = [];

  constructor(options: Partial<LinkOptions> = {}) {
    this.streams = duplexPair({ highWaterMark: 64 * 1024 });
    const [near, far] = this.streams;
    const common = { scheduler: this.time, accept: () => true, ...options };
    this.a = new Link(near, { ...common, isInitiator: true });
    this.b = new Link(far, { ...common, isInitiator: false });
    this.a.addEventListener("channel", ({ channel }: ChannelEvent) => this.atA.push(channel));
    this.b.addEventListener("channel", ({ channel }: ChannelEvent) => this.atB.push(channel));
  }

  /** A channel and its other end. */
  async open(name = "channel"): Promise<readonly [Channel, Channel]> {
    const channel = await this.a.open(name);
    const other = this.b.channels.get(channel.number);
    if (other === undefined) throw new Error("the other side has no such channel");
    return [channel, other];
  }
}

/** All that comes until the end. */
export async function readAll(channel: Channel): Promise<Buffer> {
  return Buffer.concat(await channel.toArray());
}
