// A large network in virtual time, in one process: how long it takes to build, what it needs, what it does.
//   node bench/ours/testnet.ts [--nodes 10000] [--ops 100]
import { parseArgs } from "node:util";
import { createTestnet } from "@hashmere/dht/testnet";

const { values: options } = parseArgs({
  options: { nodes: { type: "string", default: "10000" }, ops: { type: "string", default: "100" } },
});
const size = Number(options.nodes);
const operations = Number(options.ops);

const kibBefore = process.memoryUsage.rss() / 1_024;
let start = performance.now();
const net = await createTestnet({ nodes: size, seed: 1 });
const buildSeconds = secondsSince(start);
const kibPerNode = (process.memoryUsage.rss() / 1_024 - kibBefore) / size;

start = performance.now();
let acknowledged = 0;
for (let i = 0; i < operations; i++) {
  const { ok } = await net.node((i * 7_919) % size).put(`key ${i}`, `value ${i}`);
  if (ok) acknowledged++;
}
const putMs = (secondsSince(start) * 1_000) / operations;

start = performance.now();
let found = 0;
for (let i = 0; i < operations; i++) {
  if ((await net.node((i * 104_729 + 1) % size).getAll(`key ${i}`)).length > 0) found++;
}
const getMs = (secondsSince(start) * 1_000) / operations;

start = performance.now();
await net.advance("1m");
const minuteSeconds = secondsSince(start);

console.log(
  JSON.stringify({
    nodes: size,
    build_s: buildSeconds,
    kib_per_node: kibPerNode,
    put_ms: putMs,
    get_ms: getMs,
    puts_failed: operations - acknowledged,
    gets_failed: operations - found,
    virtual_minute_s: minuteSeconds,
  }),
);
process.exit(0);

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1_000;
}
