import type { Scheduler } from "./scheduler.ts";

/**
 * Throws what somebody else's code threw again, in a task of its own: there it ends nothing that is half done, and the
 * platform reports it like any other error that nobody has caught.
 */
export function throwLater(scheduler: Scheduler, error: unknown): void {
  scheduler.at(scheduler.now(), () => {
    throw error;
  });
}
