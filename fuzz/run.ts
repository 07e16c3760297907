import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fuzzPeer } from "../packages/connect/test/ice/fuzz-peer.ts";
import { fuzzLink } from "../packages/connect/test/mux/fuzz-link.ts";
import { fuzzRequests } from "../packages/connect/test/signalling/fuzz-requests.ts";
import { Siege } from "../packages/dht/test/hostile/siege.ts";
import { bytesOf, DATAGRAMS, MALFORMED } from "../packages/dht/test/wire/captured/load.ts";
import { fuzzDecoder } from "../packages/dht/test/wire/fuzz-decoder.ts";
import { Progress } from "./progress.ts";

const USAGE = `npm run fuzz -- [--only decoder|node|connect|link|requests] [--count N] [--chunk N] [--seed N]

Throws N datagrams (default 10,000,000), spoilt ones of real nodes, forged ones and noise, at the decoder and as many at
a node in a living network, in virtual time. After each chunk (default 250,000) the node must answer a ping, take a value
and give it back, its counters must add up, and its memory must not have grown. Agents that look for a way to a peer get
a tenth of that in spoilt messages, frames and descriptions, and in nonsense that is rightly signed; links as many frames
of peers that are out of their minds; the reader of connection requests as many spoilt ones.`;

const TARGETS = ["decoder", "node", "connect", "link", "requests"] as const;

/** Messages to agents are signed, and their signatures checked: each costs as much as many datagrams. */
const AGENT_SHARE = 1 / 10;

/** What the heap may be above what it was after the first chunk: values come and go, and the collector rounds. */
const MAX_GROWTH_BYTES = 32 * 1024 * 1024;

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    count: { type: "string", default: "10000000" },
    chunk: { type: "string", default: "250000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    help: { type: "boolean", default: false },
  },
});

/** The collector can be called by hand only when Node.js was started with a flag for it. */
const collect = globalThis.gc;

if (options.help) console.log(USAGE);
else if (collect === undefined) process.exitCode = runAgainWithCollector();
else await fuzz(targets(), numberOf("count"), numberOf("chunk"), numberOf("seed"), () => void collect());

function runAgainWithCollector(): number {
  const script = fileURLToPath(import.meta.url);
  const { status } = spawnSync(process.execPath, ["--expose-gc", script, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  return status ?? 1;
}

function numberOf(name: "count" | "chunk" | "seed"): number {
  const number = Number(options[name]);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} wants a whole number above 0`);
  return number;
}

function targets(): readonly string[] {
  const { only } = options;
  if (only === undefined) return TARGETS;
  if (!TARGETS.some((target) => target === only)) throw new Error(`--only wants one of ${TARGETS.join(", ")}`);
  return [only];
}

async function fuzz(
  only: readonly string[],
  count: number,
  chunk: number,
  seed: number,
  collectGarbage: () => void,
): Promise<void> {
  console.log(`seed ${seed}: ${count} datagrams for ${only.join(", ")}`);
  const samples = [...DATAGRAMS, ...MALFORMED].map(bytesOf);
  const heap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };

  if (only.includes("decoder")) {
    const decoding = new Progress("decoder", count);
    for (let done = 0; done < count; done += chunk) {
      fuzzDecoder(samples, seed + done, Math.min(chunk, count - done));
      decoding.show(Math.min(done + chunk, count), heap());
    }
    decoding.end(MAX_GROWTH_BYTES);
  }
  if (only.includes("node")) await besiege(samples, seed, count, chunk, heap);
  if (only.includes("connect")) {
    const [messages, part] = [Math.ceil(count * AGENT_SHARE), Math.ceil(chunk * AGENT_SHARE)];
    const connecting = new Progress("connect", messages);
    for (let done = 0; done < messages; done += part) {
      fuzzPeer(seed + done, Math.min(part, messages - done));
      connecting.show(Math.min(done + part, messages), heap());
    }
    connecting.end(MAX_GROWTH_BYTES);
  }
  if (only.includes("link")) {
    const linking = new Progress("link", count);
    for (let done = 0; done < count; done += chunk) {
      await fuzzLink(seed + done, Math.min(chunk, count - done));
      linking.show(Math.min(done + chunk, count), heap());
    }
    linking.end(MAX_GROWTH_BYTES);
  }
  if (only.includes("requests")) {
    const reading = new Progress("requests", count);
    for (let done = 0; done < count; done += chunk) {
      fuzzRequests(seed + done, Math.min(chunk, count - done));
      reading.show(Math.min(done + chunk, count), heap());
    }
    reading.end(MAX_GROWTH_BYTES);
  }
}

async function besiege(
  samples: readonly Uint8Array[],
  seed: number,
  count: number,
  chunk: number,
  heap: () => number,
): Promise<void> {
  const siege = await Siege.begin(seed, samples);
  const standing = new Progress("node", count);
  for (let done = 0; done < count; done += chunk) {
    siege.attack(Math.min(chunk, count - done));
    const complaint = siege.complaints();
    if (complaint !== "") throw new Error(`seed ${seed}, after ${done + chunk} datagrams: ${complaint}`);
    standing.show(Math.min(done + chunk, count), heap());
  }
  standing.end(MAX_GROWTH_BYTES);
  console.log(`received ${JSON.stringify(siege.victim.dht.traffic.received)}`);
  console.log(`dropped  ${JSON.stringify(siege.victim.dht.traffic.dropped)}`);
}
