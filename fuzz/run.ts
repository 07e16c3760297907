import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Progress } from "./progress.ts";
import { TARGETS, type Target } from "./targets.ts";

const USAGE = `npm run fuzz -- [--only decoder|node|connect|link|requests] [--count N] [--chunk N] [--seed N]

Throws N datagrams (default 10,000,000), spoilt ones of real nodes, forged ones and noise, at the decoder and as many at
a node in a living network, in virtual time. After each chunk (default 250,000) the node must answer a ping, take a value
and give it back, its counters must add up, and its memory must not have grown. Agents that look for a way to a peer get
a tenth of that in spoilt messages, frames and descriptions, and in nonsense that is rightly signed; links as many frames
of peers that are out of their minds; the reader of connection requests as many spoilt ones.`;

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
else {
  const [count, chunk, seed] = [numberOf("count"), numberOf("chunk"), numberOf("seed")];
  const chosen = targets();
  console.log(`seed ${seed}: ${count} datagrams for ${chosen.map(({ name }) => name).join(", ")}`);
  for (const target of chosen) await fuzz(target, count, chunk, seed, () => void collect());
}

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

function targets(): readonly Target[] {
  const { only } = options;
  if (only === undefined) return TARGETS;
  const chosen = TARGETS.filter(({ name }) => name === only);
  if (chosen.length === 0) throw new Error(`--only wants one of ${TARGETS.map(({ name }) => name).join(", ")}`);
  return chosen;
}

/** Attacks chunk by chunk, and looks at the heap in between. @throws when the target doesn't hold, or its memory grows */
async function fuzz(
  { name, share, begin }: Target,
  count: number,
  chunk: number,
  seed: number,
  collectGarbage: () => void,
): Promise<void> {
  const [all, part] = [Math.ceil(count * share), Math.ceil(chunk * share)];
  const attack = await begin(seed);
  const progress = new Progress(name, all);
  for (let done = 0; done < all; done += part) {
    const next = Math.min(part, all - done);
    await attack.go(next, done);
    collectGarbage();
    progress.show(done + next, process.memoryUsage().heapUsed);
  }
  progress.end(MAX_GROWTH_BYTES);
  for (const line of attack.summary?.() ?? []) console.log(line);
}
