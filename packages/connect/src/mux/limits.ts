/** What a link may cost. Whoever goes beyond is declined or cut off. */
export interface LinkLimits {
  /** Channels that the other side may have open at a time; further ones are declined. At most 65,534 in both directions. */
  readonly maxIncomingChannels: number;
  /** Requests of the other side that may wait for our decision; further ones are declined. */
  readonly maxPendingRequests: number;
  /** Characters in the names of all these, open or undecided; a request that goes beyond is declined. */
  readonly maxNameCharacters: number;
  /** Bytes received that nobody has read yet, over all channels, and what it costs to hold them. The link stops reading there. */
  readonly maxQueuedBytes: number;
  /** Answers and other control frames that the other side doesn't take off us. Above, it is cut off. */
  readonly maxUnsentControlBytes: number;
  /** Length of a control or protocol packet. Above, the other side is cut off. */
  readonly maxControlBytes: number;
  /** Length of one frame of data that is believed. Above, the other side is cut off. */
  readonly maxFrameBytes: number;
  /** Objects that are no frames, and packets that can't be understood, that are passed over. Above, the other side is cut off. */
  readonly maxStrayObjects: number;
}

/** What a link may cost unless it was told otherwise. */
export const LINK_LIMITS: LinkLimits = {
  maxIncomingChannels: 4_096,
  maxPendingRequests: 256,
  maxNameCharacters: 1024 * 1024,
  maxQueuedBytes: 2 * 1024 * 1024,
  maxUnsentControlBytes: 1024 * 1024,
  maxControlBytes: 65_535,
  maxFrameBytes: 1024 * 1024,
  maxStrayObjects: 1_024,
};
