/**
 * Our REST proxy and the C++ one side by side, in one network of 16 nodes, under load by autocannon.
 *
 *     npm run bench -- proxy [--reps 3] [--seconds 4] [--listen-seconds 60] [--json FILE]
 *
 * `--listen-seconds 0` leaves out the minute of 1,000 listens and 500 puts per second. With 1,000, each value's ten minutes
 * of life are over long before the end: memory has to level off (`--reps 0 --listen-seconds 1000` does nothing else).
 */
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import autocannon, { type Request } from "autocannon";
import { type Contender, Server } from "./contender.ts";
import { Samples } from "./measurement.ts";
import { Listening } from "./proxy/listening.ts";
import { MemoryCurve } from "./proxy/memory-curve.ts";
import { CPP_PROXY, OUR_PROXY, type ProxyContender, ProxyProcess } from "./proxy/proxy-process.ts";
import { formatTable, rowsOf } from "./report.ts";

const PEERS: Contender = {
  name: "peers",
  command: process.execPath,
  node: [fileURLToPath(new URL("ours/peers.ts", import.meta.url))],
};
const CONNECTIONS = 32;
/** Long enough that the compiler of a young process isn't what is measured. */
const WARM_UP_S = 2;
const LISTENS = 1_000;
const PUTS_PER_S = 500;
/** More than one lookup could serve. */
const MANY_KEYS = 1_000;
const BODY = '{"data":"aGVsbG8="}';

interface Case {
  readonly name: string;
  readonly method: "GET" | "POST";
  /** Asked for in turn. */
  readonly paths: readonly string[];
}

const HOT_KEY = "/key/bench";
const CASES: readonly Case[] = [
  { name: "node info", method: "GET", paths: ["/"] },
  { name: "get, one key", method: "GET", paths: [HOT_KEY] },
  { name: "get, many keys", method: "GET", paths: pathsOf("bench", MANY_KEYS) },
  { name: "put", method: "POST", paths: ["/key/bench-puts"] },
];

export async function run(args: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      reps: { type: "string", default: "3" },
      seconds: { type: "string", default: "4" },
      "listen-seconds": { type: "string", default: "60" },
      json: { type: "string" },
    },
  });
  const contenders = existsSync(CPP_PROXY.command) ? [OUR_PROXY, CPP_PROXY] : [OUR_PROXY];
  if (contenders.length === 1) console.error("not compared with the C++ proxy: install dhtnode");
  const samples = new Samples();
  for (let repetition = 1; repetition <= Number(options.reps); repetition++) {
    console.error(`repetition ${repetition} of ${options.reps} …`);
    for (const contender of contenders) await measureRequests(contender, Number(options.seconds), samples);
    contenders.reverse(); // ABBA: who goes first changes
  }
  const listenSeconds = Number(options["listen-seconds"]);
  for (const contender of listenSeconds > 0 ? contenders : []) {
    console.error(`${LISTENS} listens and ${PUTS_PER_S} puts/s at ${contender.name} …`);
    await measureListens(contender, listenSeconds, samples);
  }
  const rows = rowsOf(samples.measurements, OUR_PROXY.name, CPP_PROXY.name);
  console.log(formatTable(rows, [OUR_PROXY.name, CPP_PROXY.name]));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ options, rows }, null, 2)}\n`);
}

async function measureRequests(contender: ProxyContender, seconds: number, samples: Samples): Promise<void> {
  await using peers = await Server.start(PEERS);
  await using proxy = await ProxyProcess.start(contender, peers.port);
  samples.add("memory at rest", "MiB", contender.name, await proxy.residentMiB());
  for (const path of [HOT_KEY, ...pathsOf("bench", MANY_KEYS)]) {
    await fetch(`${proxy.url}${path}`, { method: "POST", body: '{"id":"1","data":"aGVsbG8="}' });
  }
  for (const { name, method, paths } of CASES) {
    const load = { url: proxy.url, connections: CONNECTIONS, requests: [inTurn(method, paths)] };
    await autocannon({ ...load, duration: WARM_UP_S });
    const cpu = await proxy.cpuSeconds();
    const result = await autocannon({ ...load, duration: seconds });
    const requests = result.requests.total;
    const used = (await proxy.cpuSeconds()) - cpu;
    if (result.non2xx + result.errors > 0) throw new Error(`${contender.name}: ${result.non2xx} ${name} refused`);
    samples.add(`${name}: requests`, "per s", contender.name, requests / result.duration);
    samples.add(`${name}: CPU`, "µs", contender.name, (used / requests) * 1e6);
    samples.add(`${name}: p99`, "ms", contender.name, result.latency.p99);
  }
  samples.add("memory under load", "MiB", contender.name, await proxy.residentMiB());
}

async function measureListens(contender: ProxyContender, seconds: number, samples: Samples): Promise<void> {
  await using peers = await Server.start(PEERS);
  await using proxy = await ProxyProcess.start(contender, peers.port);
  using listening = await Listening.open(proxy.port, LISTENS);
  const memory = new MemoryCurve(proxy, seconds);
  const result = await autocannon({
    url: proxy.url,
    connections: CONNECTIONS,
    duration: seconds,
    overallRate: PUTS_PER_S,
    requests: [inTurn("POST", pathsOf("listen", LISTENS))],
  });
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // what was put last is under way
  await memory.end();
  const { name } = contender;
  samples.add("listens: puts", "per s", name, result["2xx"] / result.duration);
  samples.add("listens: puts refused", "", name, result.non2xx + result.errors);
  samples.add("listens: put p99", "ms", name, result.latency.p99);
  samples.add("listens: values heard of those put", "%", name, (100 * listening.heard) / result["2xx"]);
  samples.add("listens: that didn't last", "", name, listening.ended);
  for (const { after, mib } of memory.points) samples.add(`listens: memory after ${after}`, "MiB", name, mib);
}

/** `/key/<name>-0`, `/key/<name>-1` and so on. */
function pathsOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `/key/${name}-${index}`);
}

function inTurn(method: "GET" | "POST", paths: readonly string[]): Request {
  const body = method === "POST" ? BODY : "";
  const [only = ""] = paths;
  if (paths.length === 1) return { method, body, path: only };
  let turn = 0;
  return { method, body, setupRequest: (request) => ({ ...request, path: paths[turn++ % paths.length] ?? only }) };
}
