// N of our nodes in one process do the work that `cnode cluster` does with C++ nodes, and print the same line of JSON.
//   node bench/ours/cluster.ts [--n 64] [--warm-ups 200] [--ops 100] [--window 32] [--par-ops 1000] [--value-size 64]
import { randomFillSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { DhtRunner } from "@hashmere/dht";
import { quantile } from "../quantile.ts";
import { cpuSeconds, parallel } from "./parallel.ts";
import { WITHOUT_LIMITS } from "./without-limits.ts";

const CONNECT_LIMIT_MS = 20_000;
const SETTLE_MS = 2_000;
const IDLE_MS = 5_000;
const LISTEN_SETTLE_MS = 150;
const LISTEN_LIMIT_MS = 10_000;
const MAX_LISTENS = 30;
const FULL_TABLE = 8;

const { values: options } = parseArgs({
  options: {
    n: { type: "string", default: "64" },
    "warm-ups": { type: "string", default: "200" },
    ops: { type: "string", default: "100" },
    window: { type: "string", default: "32" },
    "par-ops": { type: "string", default: "1000" },
    "value-size": { type: "string", default: "64" },
  },
});
const size = Number(options.n);
const operations = Number(options.ops);

const kibBefore = residentKiB();
const cpuBefore = cpuSeconds();
const begin = performance.now();
const nodes = await startNodes();
const startMs = performance.now() - begin;

let connectedMs = -1;
let tablesMs = -1;
while (tablesMs < 0 && performance.now() - begin < CONNECT_LIMIT_MS) {
  if (connectedMs < 0 && withGoodNodes(1) === size) connectedMs = performance.now() - begin;
  if (withGoodNodes(Math.min(FULL_TABLE, size - 1)) === size) tablesMs = performance.now() - begin;
  await sleep(2);
}
const bootCpu = cpuSeconds() - cpuBefore;
await sleep(SETTLE_MS);
const kibIdle = residentKiB();
const cpuIdle = cpuSeconds();
await sleep(IDLE_MS);
const idlePercent = (100 * (cpuSeconds() - cpuIdle)) / (IDLE_MS / 1_000) / size;

for (let i = 0; i < Number(options["warm-ups"]); i++) {
  await anyNode().put(`warm${i}`, someBytes());
  await anyNode().getAll(`warm${i}`);
}

const puts: number[] = [];
const firsts: number[] = [];
const gets: number[] = [];
const heard: number[] = [];
let failures = 0;
for (let i = 0; i < operations; i++) await timedPut(`seq${i}`);
for (let i = 0; i < operations; i++) await timedGet(`seq${i}`);
const [count, window] = [Number(options["par-ops"]), Number(options.window)];
const parallelPuts = await parallel(count, window, async (i) => (await anyNode().put(`par${i}`, someBytes())).ok);
const parallelGets = await parallel(count, window, async (i) => (await anyNode().getAll(`par${i}`)).length > 0);
for (let i = 0; i < Math.min(operations, MAX_LISTENS); i++) await timedListen(`lis${i}`);

console.log(
  JSON.stringify({
    n: size,
    start_ms: startMs,
    connected_ms: connectedMs,
    tables_ms: tablesMs,
    boot_cpu_s: bootCpu,
    kib_per_node: (kibIdle - kibBefore) / size,
    kib_per_node_end: (residentKiB() - kibBefore) / size,
    idle_cpu_percent_per_node: idlePercent,
    put_p50_ms: quantile(puts, 0.5),
    put_p95_ms: quantile(puts, 0.95),
    get_first_p50_ms: quantile(firsts, 0.5),
    get_first_p95_ms: quantile(firsts, 0.95),
    get_done_p50_ms: quantile(gets, 0.5),
    get_done_p95_ms: quantile(gets, 0.95),
    listen_p50_ms: quantile(heard, 0.5),
    listen_p95_ms: quantile(heard, 0.95),
    puts_per_s: parallelPuts.perSecond,
    put_cpu_ms: parallelPuts.cpuMs,
    gets_per_s: parallelGets.perSecond,
    get_cpu_ms: parallelGets.cpuMs,
    failures: failures + parallelPuts.failures + parallelGets.failures,
  }),
);
process.exit(0); // graceful shutdowns of all nodes are not part of the work

async function startNodes(): Promise<readonly DhtRunner[]> {
  const started: DhtRunner[] = [];
  for (let i = 0; i < size; i++) {
    const way = started[0]?.getBound(4)?.port;
    started.push(await DhtRunner.run({ ...WITHOUT_LIMITS, ...(way && { bootstrap: [`127.0.0.1:${way}`] }) }));
  }
  return started;
}

async function timedPut(key: string): Promise<void> {
  const start = performance.now();
  const { ok } = await anyNode().put(key, someBytes());
  if (ok) puts.push(performance.now() - start);
  else failures++;
}

async function timedGet(key: string): Promise<void> {
  const start = performance.now();
  const stream = anyNode().get(key);
  let first: number | undefined;
  for await (const _ of stream) first ??= performance.now() - start;
  await stream.done;
  gets.push(performance.now() - start);
  if (first === undefined) failures++;
  else firsts.push(first);
}

/** From the start of a put on one node to the value's arrival at a listener on another. */
async function timedListen(key: string): Promise<void> {
  const index = Math.floor(Math.random() * size);
  const other = nodeAt((index + 1 + Math.floor(Math.random() * (size - 1))) % size);
  await using listener = nodeAt(index).listen(key, { signal: AbortSignal.timeout(LISTEN_LIMIT_MS) });
  const arrival = firstArrival(listener);
  await sleep(LISTEN_SETTLE_MS);
  const start = performance.now();
  void other.put(key, someBytes());
  const arrived = await arrival;
  if (arrived === undefined) failures++;
  else heard.push(arrived - start);
}

async function firstArrival(events: AsyncIterable<{ readonly expired: boolean }>): Promise<number | undefined> {
  for await (const { expired } of events) if (!expired) return performance.now();
  return undefined;
}

function withGoodNodes(wanted: number): number {
  return nodes.filter((node) => node.getNodesStats(4).goodNodes >= wanted).length;
}

function anyNode(): DhtRunner {
  return nodeAt(Math.floor(Math.random() * size));
}

function nodeAt(index: number): DhtRunner {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`no node ${index}`);
  return node;
}

function someBytes(): Uint8Array {
  return randomFillSync(new Uint8Array(Number(options["value-size"])));
}

function residentKiB(): number {
  return process.memoryUsage.rss() / 1_024;
}
