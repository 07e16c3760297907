import type { SockAddr } from "../address/index.ts";
import type { InfoHash } from "../id/index.ts";

/** A node that somebody knows: its id and where it can be reached. */
export interface NodeEntry {
  readonly id: InfoHash;
  readonly address: SockAddr;
}
