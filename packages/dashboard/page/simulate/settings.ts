/** What somebody can turn while a simulation runs. */
export interface Settings {
  /** How many nodes there should be. */
  readonly nodes: number;
  /** Chance that a datagram is lost, 0 … 1. */
  readonly loss: number;
  /** How long datagrams travel one way on average, ms. */
  readonly latencyMs: number;
  /** Which share of the nodes leaves in a minute, 0 … 1; others come back in their place. */
  readonly churn: number;
}

export const DEFAULTS: Settings = { nodes: 300, loss: 0, latencyMs: 60, churn: 0 };

/** How many times faster than on the clock on the wall time may pass. */
export const SPEEDS: readonly number[] = [0.25, 1, 5, 15, 30, 60, 120, 300, 600];
export const DEFAULT_SPEED = 60;

/** The most nodes whose every datagram an ordinary phone computes faster than the clock. */
export const MAX_NODES = 500;
export const MIN_NODES = 20;
