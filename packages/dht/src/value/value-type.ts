import type { SockAddr } from "../address/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { Filter } from "./filters.ts";
import type { Refusal } from "./refusal.ts";
import type { Value } from "./value.ts";

/** The largest value that a node stores, by `Value.size` (OpenDHT's MAX_VALUE_SIZE). */
export const MAX_VALUE_BYTES = 65_536;

/** What a policy knows about a put. */
export interface StoreContext {
  readonly key: InfoHash;
  readonly value: Value;
  /** Who puts: the sending node's id, or our own for a local put. */
  readonly from: InfoHash;
  /** Where the put came from; undefined for a local one. */
  readonly address: SockAddr | undefined;
}

/** What a policy knows about a put under a key and value id that are taken by a different value. */
export interface EditContext {
  readonly key: InfoHash;
  readonly oldValue: Value;
  readonly newValue: Value;
  readonly from: InfoHash;
  readonly address: SockAddr | undefined;
}

/** Whether a value is taken, why not, or the value to take instead. */
export type PolicyVerdict = boolean | Refusal | Value;

/**
 * Rules for the values of one type.
 * Left out: any value of acceptable size is stored, no edit is allowed.
 */
export interface ValueType {
  /** 0 … 65535 */
  readonly id: number;
  readonly name: string;
  /** How long a value lives without refresh. */
  readonly expirationMs: number;
  storePolicy?(context: StoreContext): PolicyVerdict;
  editPolicy?(context: EditContext): PolicyVerdict;
}

/** An application object with its own layout inside a value's data. */
export interface TypedValue<T> {
  readonly type: ValueType;
  /** Which values, beyond those of the right type, can be of this kind at all. */
  readonly filter?: Filter | undefined;
  encode(object: T): Value;
  /** @throws UnpackError when the data has another layout */
  decode(value: Value): T;
}
