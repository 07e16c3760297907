export { IceAgent } from "./agent.ts";
export { offeringBareStream } from "./bare-stream.ts";
export type { Candidate, CandidateType } from "./candidate.ts";
export type { CandidatePair, IceRole } from "./candidate-pair.ts";
export type {
  CandidateSource,
  DatagramBase,
  GatherContext,
  IceConnection,
  LocalCandidate,
  StreamBase,
} from "./candidate-source.ts";
export {
  formatDescription,
  type IceDescription,
  MAX_CANDIDATES,
  parseDescription,
  randomCredentials,
} from "./description.ts";
export type { IceFlow, IceSockets } from "./flow.ts";
export { type OfferedCandidate, offerCandidates } from "./local-candidates.ts";
