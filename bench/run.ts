// Our node and the C++ node side by side, in one run on one machine: `npm run bench -- --help` tells what can be measured.
// The contenders take turns within each repetition, so that what else the machine does hits both. Medians are shown.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { run as runConnect } from "./connect.ts";
import { type Contender, cppContender, FLOOR, OURS } from "./contender.ts";
import { run as runKademlia } from "./kademlia.ts";
import { Samples } from "./measurement.ts";
import { buildNativePrograms } from "./native-programs.ts";
import { measureCluster, measureTestnet } from "./network.ts";
import { run as runProxy } from "./proxy.ts";
import { formatTable, rowsOf } from "./report.ts";
import { measureRequests, measureValueMemory } from "./requests.ts";
import { measureSecure } from "./secure.ts";
import { measureSignedFlood } from "./signed-flood.ts";

const CLUSTER_NODES = 64;
const TESTNET_NODES = 10_000;
const CPP = "C++";

const USAGE = `npm run bench -- [--only requests,memory,cluster,secure,testnet] [--reps 3] [--seconds 2] [--json FILE]
npm run bench -- proxy [--reps 3] [--seconds 4]        the REST proxy beside the C++ one
npm run bench -- connect [--reps 3] [--json FILE]      channels of a link beside plain TLS and ssh
npm run bench -- kademlia [--nodes 20,100] [--json]    the Kademlia server beside figures of the Python library`;

/** Benches with contenders of their own. */
const OTHERS: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  connect: runConnect,
  kademlia: runKademlia,
  proxy: runProxy,
};

const [first = "", ...rest] = process.argv.slice(2);
if (first === "--help" || first === "-h") {
  console.log(USAGE);
  process.exit();
}
const other = OTHERS[first];
if (other) {
  await other(rest);
  process.exit();
}

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "requests,memory,cluster,secure,testnet" },
    reps: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    json: { type: "string" },
  },
});
const parts = new Set(options.only.split(","));
const native = buildNativePrograms();
if (native.missing.length > 0) {
  console.error(
    `not compared with the C++ node in full: install ${native.missing.join(", ")} (sudo apt-get install …)`,
  );
}
const contenders: Contender[] = native.cnode === undefined ? [OURS] : [OURS, cppContender(native.cnode)];

const samples = new Samples();
for (let repetition = 1; repetition <= Number(options.reps); repetition++) {
  const isWanted = (part: string): boolean => {
    if (parts.has(part)) console.error(`repetition ${repetition} of ${options.reps}: ${part} …`);
    return parts.has(part);
  };
  if (native.loadgen !== undefined) {
    const { loadgen } = native;
    if (isWanted("requests")) await measureRequests(contenders, loadgen, Number(options.seconds), samples);
    if (isWanted("memory")) await measureValueMemory(contenders, loadgen, samples);
  }
  if (isWanted("cluster")) await measureCluster(contenders, CLUSTER_NODES, samples);
  if (isWanted("secure")) {
    await measureSecure(contenders, samples);
    await measureSignedFlood(contenders, samples);
  }
  if (isWanted("testnet")) await measureTestnet(OURS.name, TESTNET_NODES, samples);
  contenders.reverse(); // ABBA: who goes first changes
}

const rows = rowsOf(samples.measurements, OURS.name, CPP);
console.log(formatTable(rows, [OURS.name, CPP, FLOOR.name]));
if (options.json !== undefined) {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  writeFileSync(options.json, `${JSON.stringify({ machine, options, rows }, null, 2)}\n`);
}
