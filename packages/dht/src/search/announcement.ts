import type { DhtProtocolError } from "../errors/index.ts";
import type { Peer } from "../routing/index.ts";
import type { Value } from "../value/index.ts";

/** What became of a put, in nodes. */
export interface Tally {
  /** Nodes to which the value was sent, or which were found to hold it already. */
  readonly asked: number;
  /** Nodes that acknowledged. An acknowledgement doesn't prove that the value is stored: policies refuse in silence. */
  readonly acknowledged: number;
  /** Nodes that answered with an error, their own token included. */
  readonly refused: number;
  /** What one of those said. */
  readonly refusal?: DhtProtocolError | undefined;
}

/** What a put achieves that never began. */
export const NO_TALLY: Tally = { asked: 0, acknowledged: 0, refused: 0 };

/** A value to put on the nodes closest to a key, on one family. */
export interface Announcement {
  readonly value: Value;
  /** Announced again and again until it is cancelled. */
  readonly permanent: boolean;
  /** When the value was made, Unix time in ms. */
  readonly created: number;
  /** Not to wait for nodes that haven't answered: each of the closest gets it as soon as it can. */
  readonly urgent?: boolean | undefined;
  /** Called once: `ok` says that the closest nodes have acknowledged; `peers` are all nodes of the search. */
  onDone(ok: boolean, peers: readonly Peer[], tally: Tally): void;
}
