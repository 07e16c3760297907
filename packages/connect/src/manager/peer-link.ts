import type { Channel, Link } from "../mux/index.ts";
import type { Path } from "../session/index.ts";
import type { PeerDevice } from "./admission.ts";

/** A link to a device that is up. */
export interface PeerLink {
  /** Chosen by the caller; both sides call the connection by it. */
  readonly id: bigint;
  readonly device: PeerDevice;
  readonly link: Link;
  readonly path: Path;
  /** This side had asked for the connection, and asks for another one when it breaks. */
  readonly isCaller: boolean;
  /** Unix time in ms. */
  readonly createdAt: number;
  /** Channels that are open; those that the end of the link takes along are still there when it is told. */
  readonly inUse: Set<Channel>;
}

/** An open channel of that name, whoever opened it. */
export function channelNamed({ link }: PeerLink, name: string): Channel | undefined {
  for (const channel of link.channels.values()) if (channel.name === name && !channel.destroyed) return channel;
  return undefined;
}
