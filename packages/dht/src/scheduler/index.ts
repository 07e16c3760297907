export type { Scheduler, Timer } from "./scheduler.ts";
export { TimerQueue } from "./timer-queue.ts";
export { VirtualScheduler } from "./virtual-scheduler.ts";
