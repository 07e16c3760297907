import type { Scheduler } from "@hashmere/dht";

/** Resolves after so long; rejects with the signal's reason if that comes first. */
export function delay(scheduler: Scheduler, ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted) {
    reject(signal.reason);
    return promise;
  }
  const onAbort = () => {
    timer.cancel();
    reject(signal?.reason);
  };
  const timer = scheduler.at(scheduler.now() + ms, () => {
    signal?.removeEventListener("abort", onAbort);
    resolve();
  });
  signal?.addEventListener("abort", onAbort, { once: true });
  return promise;
}
