import type { InfoHash } from "../id/index.ts";

/** What our own messages say about their sender's program (OpenDHT sends the same since 2.6). */
export const USER_AGENT = "o2";

/** What every message carries around its body (OpenDHT wire format, common envelope). */
export interface Envelope {
  /** Transaction id, 32 bits unsigned; 0 when it was missing. */
  readonly tid: number;
  /** The sending node; the zero hash when it was missing. */
  readonly id: InfoHash;
  /** Networks with different numbers ignore each other; 0 is the public one. */
  readonly network: number;
  /** True when the sender is a client: served, but never told to others. */
  readonly client: boolean;
  /** The sender's program; undefined when it doesn't tell. Say `USER_AGENT` in our own messages. */
  readonly agent: string | undefined;
}
