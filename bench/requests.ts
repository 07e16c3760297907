import { type Contender, FLOOR, runForJson, Server } from "./contender.ts";
import type { Samples } from "./measurement.ts";

interface RequestCase {
  readonly name: string;
  /** What the load generator calls it. */
  readonly operation: string;
  readonly valueBytes: number;
}

const CASES: readonly RequestCase[] = [
  { name: "ping", operation: "ping", valueBytes: 64 },
  { name: "find", operation: "find", valueBytes: 64 },
  { name: "get absent", operation: "get-absent", valueBytes: 64 },
  { name: "get 64 B", operation: "get", valueBytes: 64 },
  { name: "get 1 KiB", operation: "get", valueBytes: 1_024 },
  { name: "put 64 B", operation: "put", valueBytes: 64 },
  { name: "put 1 KiB", operation: "put", valueBytes: 1_024 },
  { name: "listen", operation: "listen", valueBytes: 64 },
];

/** Requests under way at a time. */
const WINDOW = 64;
/** Unmeasured time at the start of each run: compilers at run time need it. */
const WARM_SECONDS = 1;
const FILL_VALUES = 100_000;

/** Requests answered per second and CPU per request of a single node, each case in a fresh process. */
export async function measureRequests(
  contenders: readonly Contender[],
  loadgen: string,
  seconds: number,
  samples: Samples,
): Promise<void> {
  for (const { name, operation, valueBytes } of CASES) {
    for (const contender of operation === "ping" ? [...contenders, FLOOR] : contenders) {
      await using server = await Server.start(contender);
      const run = await runForJson(loadgen, [
        ...loadOn(server, operation, valueBytes),
        ...["--seconds", String(seconds), "--warm", String(WARM_SECONDS)],
      ]);
      const { cpu_user_us = 0, cpu_sys_us = 0, rps = 0, p50_us = 0, lost = 0 } = run;
      samples.add(`${name}: CPU`, "µs/request", contender.name, cpu_user_us + cpu_sys_us);
      samples.add(`${name}: answered`, "requests/s", contender.name, rps);
      samples.add(`${name}: p50`, "µs", contender.name, p50_us);
      samples.add(`${name}: not answered`, "requests", contender.name, lost);
    }
  }
}

/** Memory that a node takes for each value of 64 bytes it holds. */
export async function measureValueMemory(
  contenders: readonly Contender[],
  loadgen: string,
  samples: Samples,
): Promise<void> {
  for (const contender of contenders) {
    await using server = await Server.start(contender);
    const run = await runForJson(loadgen, [...loadOn(server, "fill", 64), "--count", String(FILL_VALUES)]);
    samples.add("memory per 64 B value", "bytes", contender.name, run.bytes_per_value ?? 0);
  }
}

function loadOn(server: Server, operation: string, valueBytes: number): readonly string[] {
  return [
    ...["--target", `127.0.0.1:${server.port}`, "--pid", String(server.pid), "--json"],
    ...["--op", operation, "--value-size", String(valueBytes), "--window", String(WINDOW)],
  ];
}
