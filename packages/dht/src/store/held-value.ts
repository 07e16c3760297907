import type { SockAddr } from "../address/index.ts";
import type { Value } from "../value/index.ts";

/** A value with its times, for saving and handing on. Times are Unix ms. */
export interface HeldValue {
  readonly value: Value;
  readonly created: number;
  /** Infinity for a permanent value. */
  readonly expires: number;
  /** Who put it; undefined for ourselves. */
  readonly source?: SockAddr | undefined;
}
