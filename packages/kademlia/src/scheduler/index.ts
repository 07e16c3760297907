export { Repeating } from "./repeating.ts";
export type { Scheduler, Timer } from "./scheduler.ts";
