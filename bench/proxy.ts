/**
 * Our REST proxy and the C++ one side by side, in one network of 16 nodes, under load by autocannon.
 *
 *     npm run bench -- proxy [--reps 3] [--seconds 4] [--listen-seconds 60] [--json FILE]
 *
 * `--listen-seconds 0` leaves out the minute of 1,000 listens and 500 puts per second.
 */
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { type Contender, Server } from "./contender.ts";
import { Samples } from "./measurement.ts";
import { Listening } from "./proxy/listening.ts";
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
const BODY = '{"data":"aGVsbG8="}';

const CASES: readonly { readonly name: string; readonly path: string; readonly method: "GET" | "POST" }[] = [
  { name: "node info", path: "/", method: "GET" },
  { name: "get", path: "/key/bench", method: "GET" },
  { name: "put", path: "/key/bench-puts", method: "POST" },
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
  await fetch(`${proxy.url}/key/bench`, { method: "POST", body: '{"id":"1","data":"aGVsbG8="}' });
  samples.add("memory at rest", "MiB", contender.name, await proxy.residentMiB());
  for (const { name, path, method } of CASES) {
    const load = { url: `${proxy.url}${path}`, method, body: method === "POST" ? BODY : "", connections: CONNECTIONS };
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
  const early = setTimeout(
    async () => {
      samples.add("listens: memory after a sixth", "MiB", contender.name, await proxy.residentMiB());
    },
    (seconds * 1000) / 6,
  );
  let turn = 0;
  const result = await autocannon({
    url: proxy.url,
    connections: CONNECTIONS,
    duration: seconds,
    overallRate: PUTS_PER_S,
    requests: [
      {
        method: "POST",
        body: BODY,
        setupRequest: (request) => ({ ...request, path: `/key/listen-${turn++ % LISTENS}` }),
      },
    ],
  });
  clearTimeout(early);
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // what was put last is under way
  const { name } = contender;
  samples.add("listens: puts", "per s", name, result["2xx"] / result.duration);
  samples.add("listens: puts refused", "", name, result.non2xx + result.errors);
  samples.add("listens: put p99", "ms", name, result.latency.p99);
  samples.add("listens: values heard of those put", "%", name, (100 * listening.heard) / result["2xx"]);
  samples.add("listens: that didn't last", "", name, listening.ended);
  samples.add("listens: memory at the end", "MiB", name, await proxy.residentMiB());
}
