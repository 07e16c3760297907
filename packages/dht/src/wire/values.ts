import type { Value } from "../value/index.ts";

/** A value that isn't in the message itself but follows in parts. */
export interface AnnouncedValue {
  /** Its place in the message's list of values, which its parts bear. */
  readonly index: number;
  /** Bytes of the packed value, at most MAX_PACKED_VALUE_BYTES. */
  readonly size: number;
}

/** The values of a put, update or reply: those at hand and those that come in parts. */
export interface CarriesValues {
  readonly values: readonly Value[];
  /** Empty in messages of our own: the encoder decides what goes inline and what in parts. */
  readonly announced: readonly AnnouncedValue[];
}
