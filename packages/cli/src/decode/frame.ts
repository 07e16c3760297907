/** A packet as it was captured. */
export interface Frame {
  /** Unix time in µs. */
  readonly time: bigint;
  /** What its first bytes are: a number of the tcpdump project's list of link types. */
  readonly linkType: number;
  readonly bytes: DataView;
}
