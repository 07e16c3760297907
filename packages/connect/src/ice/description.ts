import type { Candidate } from "./candidate.ts";

/** What one side tells the other about itself: `ice_msg` of a connection request. */
export interface IceDescription {
  readonly ufrag: string;
  readonly pwd: string;
  readonly candidates: readonly Candidate[];
}
