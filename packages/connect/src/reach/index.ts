export { Reach, type ReachOptions } from "./reach.ts";
