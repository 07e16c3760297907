import { type Contender, runForJson, TESTNET_PROGRAM } from "./contender.ts";
import type { MetricNames, Samples } from "./measurement.ts";

/** What `cluster` prints, by name: metric and unit. */
const CLUSTER_METRICS: MetricNames = {
  get_first_p50_ms: ["get, first value: p50", "ms"],
  get_first_p95_ms: ["get, first value: p95", "ms"],
  get_done_p50_ms: ["get, complete: p50", "ms"],
  get_done_p95_ms: ["get, complete: p95", "ms"],
  put_p50_ms: ["put: p50", "ms"],
  put_p95_ms: ["put: p95", "ms"],
  listen_p50_ms: ["put to listener: p50", "ms"],
  listen_p95_ms: ["put to listener: p95", "ms"],
  get_cpu_ms: ["get: CPU of all nodes", "ms"],
  put_cpu_ms: ["put: CPU of all nodes", "ms"],
  gets_per_s: ["gets, 32 at a time", "per s"],
  puts_per_s: ["puts, 32 at a time", "per s"],
  connected_ms: ["all connected after", "ms"],
  tables_ms: ["all know 8 nodes after", "ms"],
  boot_cpu_s: ["CPU until then", "s"],
  kib_per_node: ["memory per idle node", "KiB"],
  idle_cpu_percent_per_node: ["CPU per idle node", "%"],
  failures: ["operations failed", ""],
};

const TESTNET_METRICS: MetricNames = {
  build_s: ["start and settle", "s"],
  kib_per_node: ["memory per node", "KiB"],
  put_ms: ["put: CPU of all nodes", "ms"],
  get_ms: ["get: CPU of all nodes", "ms"],
  virtual_minute_s: ["a virtual minute, idle", "s"],
  puts_failed: ["puts failed", ""],
  gets_failed: ["gets failed", ""],
};

/** So many operations of each kind, one at a time, that the compiler of a young process isn't what is measured. */
const OPERATIONS = 1_000;

/** A network in one process over loopback: latencies, throughput, memory, idle cost. */
export async function measureCluster(contenders: readonly Contender[], nodes: number, samples: Samples): Promise<void> {
  for (const { name, command, cluster } of contenders) {
    if (cluster === undefined) continue;
    const run = await runForJson(command, [...cluster, "--n", String(nodes), "--ops", String(OPERATIONS)]);
    samples.addAll(`${nodes} nodes`, CLUSTER_METRICS, name, run);
  }
}

/** A network in virtual time in one process. */
export async function measureTestnet(contender: string, nodes: number, samples: Samples): Promise<void> {
  const run = await runForJson(process.execPath, [TESTNET_PROGRAM, "--nodes", String(nodes)]);
  samples.addAll(`testnet of ${nodes}`, TESTNET_METRICS, contender, run);
}
