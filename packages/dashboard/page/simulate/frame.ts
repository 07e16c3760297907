import type { KindCounts } from "../traffic/kinds.ts";

/** How a node of a simulation is. */
export const NodeState = { absent: 0, down: 1, up: 2, holder: 3 } as const;

/** A value that a simulation watches over. */
export interface WatchedValue {
  readonly name: string;
  /** On how many nodes it is held. */
  readonly copies: number;
  /** Its writer still renews it. */
  readonly isRenewed: boolean;
}

/** The state of a simulation at one moment, and what happened since the last such picture. */
export interface Frame {
  /** Virtual ms since the beginning. */
  readonly now: number;
  readonly running: number;
  /** For each node one of `NodeState`. */
  readonly states: Uint8Array;
  /** A sample of the datagrams on their way: from, to, and 1 where it is lost. */
  readonly flows: Uint16Array;
  readonly isSplit: boolean;
  readonly values: readonly WatchedValue[];
  /** Steps of the lookup that somebody has asked for. */
  readonly hops: readonly SimulatedHop[];
  readonly isLookingUp: boolean;
  /** One row for each stretch of time that is over. */
  readonly samples: readonly Sample[];
}

/** One step of a lookup; nodes by their number. */
export interface SimulatedHop {
  readonly step: "began" | "asked" | "answered" | "found" | "timeout";
  /** The key, for `began`. */
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** What happened in a stretch of time. */
export interface Sample {
  /** Its end, virtual ms. */
  readonly at: number;
  /** Messages per second, of each kind. */
  readonly messages: KindCounts;
  /** Which share of the lookups found what they looked for; undefined where there was none lately. */
  readonly success: number | undefined;
  /** How long they took, the middle one, virtual ms. */
  readonly lookupMs: number | undefined;
  /** Copies of each value, on average. */
  readonly copies: number;
}
