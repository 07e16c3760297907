// How long it takes until a first channel to a device is open, that knows as little of the caller as the caller of it: many
// attempts, one after the other, and what both sides did in the middle one and in the slowest. Needs root, and natlab's
// programs (run.ts installs them); npm run build first.
//   node nat/opening-times.ts [--attempts 12] [case …]
import { parseArgs } from "node:util";
import type { DeviceProcess } from "./device-process.ts";
import { TURN } from "./lab.ts";
import { describePath } from "./measurements.ts";
import { tearDownRun } from "./runs.ts";
import { Scene } from "./scene.ts";

/** The network of the caller and that of the devices it calls, by what is special about them. */
const CASES: Readonly<Record<string, { readonly caller: string; readonly called: string }>> = {
  "no delay": { caller: "port-restricted", called: "port-restricted" },
  "40 ms one way": { caller: "port-restricted+delay=20", called: "port-restricted+delay=20" },
  "40 ms one way, relayed": { caller: "symmetric+delay=20", called: "symmetric+delay=20" },
  "10 % lost": { caller: "port-restricted+loss=10", called: "port-restricted+loss=10" },
  "10 % lost, to a symmetric router": { caller: "port-restricted+loss=10", called: "symmetric+loss=10" },
  "10 % lost, relayed": { caller: "symmetric+loss=10", called: "symmetric+loss=10" },
};

const BYTES = 1000;

interface Attempt {
  readonly ms: number;
  readonly way: string;
  /** What both sides said, in ms since the beginning. */
  readonly timeline: readonly string[];
}

const { values, positionals } = parseArgs({
  options: { attempts: { type: "string", default: "12" } },
  allowPositionals: true,
});

process.once("exit", () => tearDownRun(process.pid));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

for (const [name, networks] of Object.entries(CASES)) {
  if (positionals.length === 0 || positionals.includes(name)) {
    console.log(describe(name, await measure(networks, Number(values.attempts))));
  }
}

async function measure(
  { caller, called }: { readonly caller: string; readonly called: string },
  count: number,
): Promise<readonly Attempt[]> {
  await using scene = await Scene.open({ c: caller, d: called });
  const setup = { options: { turn: TURN }, verbose: true };
  const asking = await scene.device("c1", setup);
  const attempts: Attempt[] = [];
  const asked = await Promise.all(Array.from({ length: count }, (_, i) => scene.device(`d${1 + (i % 2)}`, setup)));
  for (const device of asked) attempts.push(await attempt(asking, device));
  return attempts;
}

async function attempt(asking: DeviceProcess, asked: DeviceProcess): Promise<Attempt> {
  const startedAt = Date.now();
  const { ms, ok, path, code } = await asking.do({ do: "connect", device: asked.deviceId, bytes: BYTES });
  const lines = [said("caller", asking, startedAt), said("called", asked, startedAt)].flat();
  lines.sort((a, b) => a.at - b.at);
  return {
    ms,
    way: ok && path ? describePath(path) : (code ?? "no path"),
    timeline: lines.map(({ at, text }) => `${String(at).padStart(6)}  ${text}`),
  };
}

function said(
  who: string,
  { reports }: DeviceProcess,
  since: number,
): { readonly at: number; readonly text: string }[] {
  return reports.flatMap((report) =>
    report.event === "log" && report.at >= since ? [{ at: report.at - since, text: `${who}  ${report.text}` }] : [],
  );
}

function describe(name: string, attempts: readonly Attempt[]): string {
  const sorted = attempts.toSorted((a, b) => a.ms - b.ms);
  const [middle, slowest] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  if (!middle || !slowest) return `${name}: no attempt`;
  return [
    `\n${name}: half within ${middle.ms} ms, all within ${slowest.ms} ms`,
    `  ${attempts.map(({ ms, way }) => `${ms} (${way})`).join("\n  ")}`,
    "the middle one:",
    ...middle.timeline,
    "the slowest:",
    ...slowest.timeline,
  ].join("\n");
}
