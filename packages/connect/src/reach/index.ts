export { MAX_TURN_SERVERS, Reach, type ReachContext, type ReachOptions } from "./reach.ts";
