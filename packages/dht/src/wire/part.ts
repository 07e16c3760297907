/** A slice of a packed value that was too large for its message. */
export interface ValuePart {
  /** The value's place in the list of values of the message with the same tid. */
  readonly index: number;
  /** Where the slice belongs, bytes. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** Slices of values that a message announced. Says nothing about its sender: address and tid must do. */
export interface PartMessage {
  readonly kind: "part";
  readonly tid: number;
  readonly network: number;
  readonly client: boolean;
  /** Real nodes send exactly one per datagram. */
  readonly parts: readonly ValuePart[];
}
