import { quantile } from "../quantile.ts";
import { traffic } from "./cluster.ts";

/** What one phase showed. Times in ms. */
export interface PhaseReport {
  readonly phase: string;
  readonly operations: number;
  readonly concurrency: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
  readonly perSecond: number;
  readonly datagramsPerOperation: number;
  readonly bytesPerOperation: number;
  readonly cpuPerOperation: number;
  readonly failed: number;
}

/**
 * Runs `operations` numbered operations with `concurrency` workers that take the next number from a shared counter.
 *
 * @param operation false, or an exception, counts as failed
 */
export async function measure(
  phase: string,
  operations: number,
  concurrency: number,
  operation: (index: number) => Promise<boolean>,
): Promise<PhaseReport> {
  const latencies: number[] = [];
  let next = 0;
  let failed = 0;
  const worker = async () => {
    for (let index = next++; index < operations; index = next++) {
      const begun = performance.now();
      const succeeded = await operation(index).catch(() => false);
      latencies.push(performance.now() - begun);
      if (!succeeded) failed++;
    }
  };
  const trafficBefore = traffic();
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const elapsed = performance.now() - begun;
  const cpu = process.cpuUsage(cpuBefore);
  const sent = traffic();
  return {
    phase,
    operations,
    concurrency,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
    max: quantile(latencies, 1),
    mean: latencies.reduce((sum, latency) => sum + latency, 0) / operations,
    perSecond: (operations * 1_000) / elapsed,
    datagramsPerOperation: (sent.datagrams - trafficBefore.datagrams) / operations,
    bytesPerOperation: (sent.bytes - trafficBefore.bytes) / operations,
    cpuPerOperation: (cpu.user + cpu.system) / 1_000 / operations,
    failed,
  };
}
