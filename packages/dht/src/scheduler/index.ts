export type { Scheduler, Timer } from "./scheduler.ts";
export { throwLater } from "./throw-later.ts";
export { TimerQueue } from "./timer-queue.ts";
export { VirtualScheduler } from "./virtual-scheduler.ts";
