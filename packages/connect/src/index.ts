export * from "./address/index.ts";
export * from "./errors/index.ts";
export type { CandidateSource } from "./ice/index.ts";
export * from "./manager/index.ts";
export { Channel, type IncomingChannel, LINK_LIMITS, type LinkLimits } from "./mux/index.ts";
export type { Path } from "./session/index.ts";
export * from "./signalling/index.ts";
export * from "./trust/index.ts";
