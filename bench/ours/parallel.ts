export interface Parallel {
  readonly perSecond: number;
  /** CPU of the whole process per operation. */
  readonly cpuMs: number;
  readonly failures: number;
}

/** Runs numbered operations, never more than the window at a time; false counts as a failure. */
export async function parallel(
  count: number,
  window: number,
  operation: (i: number) => Promise<boolean>,
): Promise<Parallel> {
  const start = performance.now();
  const cpu = cpuSeconds();
  let next = 0;
  let failures = 0;
  const worker = async (): Promise<void> => {
    while (next < count) if (!(await operation(next++))) failures++;
  };
  await Promise.all(Array.from({ length: window }, worker));
  return {
    perSecond: count / ((performance.now() - start) / 1_000),
    cpuMs: ((cpuSeconds() - cpu) * 1_000) / count,
    failures,
  };
}

/** CPU of this process so far, all threads. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
