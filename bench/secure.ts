import { type Contender, runForJson } from "./contender.ts";
import type { MetricNames, Samples } from "./measurement.ts";

const METRICS: MetricNames = {
  signs_per_s: ["signatures, one at a time", "per s"],
  checks_per_s: ["checks, one at a time", "per s"],
  queued_checks_per_s: ["checks through the queue, cache off", "per s"],
  cached_checks_per_s: ["checks through the queue, cache on", "per s"],
  puts_per_s: ["signed puts, 32 at a time", "per s"],
  put_cpu_ms: ["signed put: CPU of all nodes", "ms"],
  gets_per_s: ["signed gets, 32 at a time", "per s"],
  get_cpu_ms: ["signed get: CPU of all nodes", "ms"],
  round_trip_p50_ms: ["encrypted put and get: p50", "ms"],
  failures: ["operations failed", ""],
};

/** So many puts and gets that the compiler of a young process isn't what is measured. */
const OPERATIONS = 1_000;

/** Signatures by RSA-4096 keys, as identities have by default, alone and in a small network. */
export async function measureSecure(contenders: readonly Contender[], samples: Samples): Promise<void> {
  for (const { name, command, secure } of contenders) {
    if (secure === undefined) continue;
    const run = await runForJson(command, [...secure, "--ops", String(OPERATIONS)]);
    samples.addAll("RSA-4096", METRICS, name, run);
  }
}
