/**
 * The Kademlia server measured: many nodes in one process, on loopback, in the shape in which the Python library was
 * measured once, so that the figures stand beside each other.
 *
 *     npm run bench -- kademlia [--nodes 20,100] [--operations 300] [--base-port 47300] [--json]
 */

import { parseArgs } from "node:util";
import type { Server } from "@hashmere/kademlia";
import { SeededRandom } from "@hashmere/kademlia/testnet";
import { type AnswerRates, measureAnswerRates } from "./kademlia/answer-rate.ts";
import { joinAll, listenAll, traffic } from "./kademlia/cluster.ts";
import { measure, type PhaseReport } from "./kademlia/phase.ts";

const SEED = 42;
const DEAD_OPERATIONS = 20;

interface ClusterReport {
  readonly nodes: number;
  readonly bootstrapMs: number;
  readonly bootstrapDatagrams: number;
  /** Growth of the resident set per node since before there was one. */
  readonly kilobytesPerNode: { readonly listening: number; readonly joined: number; readonly afterwards: number };
  readonly phases: readonly PhaseReport[];
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nodes: { type: "string", default: "20,100" },
      operations: { type: "string", default: "300" },
      "base-port": { type: "string", default: "47300" },
      json: { type: "boolean", default: false },
    },
  });
  const clusters: ClusterReport[] = [];
  for (const nodes of values.nodes.split(",").map(Number)) {
    const cluster = await measureCluster(nodes, Number(values.operations), Number(values["base-port"]));
    if (!values.json) printCluster(cluster);
    clusters.push(cluster);
  }
  const answers = await measureAnswerRates();
  if (values.json) console.log(JSON.stringify({ clusters, answers }));
  else printAnswerRates(answers);
}

async function measureCluster(nodes: number, operations: number, basePort: number): Promise<ClusterReport> {
  const before = residentSet();
  const servers = await listenAll(nodes, basePort);
  const listening = residentSet();
  const [begun, sentBefore] = [performance.now(), traffic().datagrams];
  await joinAll(servers);
  const [bootstrapMs, bootstrapDatagrams] = [performance.now() - begun, traffic().datagrams - sentBefore];
  const joined = residentSet();
  const random = new SeededRandom(SEED);
  const phases = [
    ...(await measureAllAlive(servers, operations, random)),
    ...(await measureTenthDead(servers, random)),
  ];
  const perNode = (bytes: number) => Math.round((bytes - before) / nodes / 1024);
  const afterwards = residentSet();
  await Promise.all(servers.map((server) => server.stop()));
  return {
    nodes,
    bootstrapMs,
    bootstrapDatagrams,
    kilobytesPerNode: { listening: perNode(listening), joined: perNode(joined), afterwards: perNode(afterwards) },
    phases,
  };
}

async function measureAllAlive(
  servers: readonly Server[],
  operations: number,
  random: SeededRandom,
): Promise<PhaseReport[]> {
  const phases: PhaseReport[] = [];
  for (const concurrency of [1, 16, 64]) {
    phases.push(await measure("set", operations, concurrency, (index) => set(draw(servers, random), index)));
    phases.push(await measure("get", operations, concurrency, (index) => getRemote(draw(servers, random), index)));
    if (concurrency > 1) continue;
    phases.push(await measure("get miss", operations, 1, (index) => getMissing(draw(servers, random), index)));
  }
  return phases;
}

/** Sockets close without a word; all other nodes still have them in their tables. */
async function measureTenthDead([first, ...others]: readonly Server[], random: SeededRandom): Promise<PhaseReport[]> {
  const alive = new Set(others);
  const dying = Math.round((others.length + 1) / 10);
  while (alive.size > others.length - dying) {
    const server = draw([...alive], random);
    alive.delete(server);
    await server.stop();
  }
  const servers = first ? [first, ...alive] : [...alive];
  return [
    await measure("set, 10 % dead", DEAD_OPERATIONS, 1, (index) => set(draw(servers, random), index)),
    await measure("get, 10 % dead", DEAD_OPERATIONS, 1, (index) => getRemote(draw(servers, random), index)),
    await measure("get miss, 10 % dead", DEAD_OPERATIONS, 1, (index) => getMissing(draw(servers, random), index)),
  ];
}

async function set(server: Server, index: number): Promise<boolean> {
  return (await server.set(`key-${index}`, valueAt(index))).ok;
}

/** The node forgets its own copy first: with few nodes each get would be local otherwise. */
async function getRemote(server: Server, index: number): Promise<boolean> {
  server.forget(`key-${index}`);
  return (await server.get(`key-${index}`)).value === valueAt(index);
}

async function getMissing(server: Server, index: number): Promise<boolean> {
  return !(await server.get(`missing-${index}`)).found;
}

function valueAt(index: number): string {
  return `value-${String(index).padStart(26, "0")}`;
}

function draw(servers: readonly Server[], random: SeededRandom): Server {
  const server = servers[random.uint32() % servers.length];
  if (!server) throw new RangeError("there is no server");
  return server;
}

function residentSet(): number {
  return process.memoryUsage().rss;
}

function printCluster({ nodes, bootstrapMs, bootstrapDatagrams, kilobytesPerNode, phases }: ClusterReport): void {
  const { listening, joined, afterwards } = kilobytesPerNode;
  console.log(`\n${nodes} nodes: joined in ${bootstrapMs.toFixed(0)} ms with ${bootstrapDatagrams} datagrams;`);
  console.log(`KB per node listening / joined / afterwards: ${listening} / ${joined} / ${afterwards}`);
  console.table(
    phases.map((phase) => ({
      phase: phase.phase,
      "at once": phase.concurrency,
      "p50 ms": round(phase.p50),
      "p95 ms": round(phase.p95),
      "p99 ms": round(phase.p99),
      "max ms": round(phase.max),
      "ops/s": Math.round(phase.perSecond),
      datagrams: round(phase.datagramsPerOperation),
      "CPU ms": round(phase.cpuPerOperation),
      failed: phase.failed,
    })),
  );
}

function printAnswerRates({ perSecond, bursts }: AnswerRates): void {
  console.log("\none node in its own process, answers per second with 16 requests under way:");
  for (const [name, rate] of Object.entries(perSecond)) console.log(`  ${name.padEnd(16)} ${Math.round(rate)}`);
  const answered = Object.entries(bursts).map(([size, count]) => `${size} → ${count}`);
  console.log(`answers to bursts of pings: ${answered.join(", ")}`);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
