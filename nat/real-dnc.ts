// Devices of ours and the real DHTNet's `dnc` behind routers of all kinds, over a relay where need be, and what each of them
// sees of a peer that declines, is unknown, offline or killed. It is no part of the tests that always run, because nobody
// can install a dnc:
//   REAL_DNC=/path/to/dnc node nat/real-dnc.ts [bytes] [real]     `real`: the real one on both sides, to compare with
import { existsSync } from "node:fs";
import type { Answer } from "./device-protocol.ts";
import { TURN } from "./lab.ts";
import { tryFailures } from "./real-failures.ts";
import { type CalledPeer, RealDnc } from "./real-peer.ts";
import { tearDownRun } from "./runs.ts";
import { Scene } from "./scene.ts";
import { setUpLaboratory } from "./setup.ts";

const ROUTERS = ["full-cone", "addr-restricted", "port-restricted", "symmetric", "double"] as const;
type Router = (typeof ROUTERS)[number];

/** One direction: who calls whom. */
interface Direction {
  readonly caller: "ours" | "real";
  readonly called: "ours" | "real";
}

const dnc = process.env.REAL_DNC ?? "";
const bytes = Number(process.argv[2] ?? 10_000_000);
const isOnlyReal = process.argv[3] === "real";
if (!existsSync(dnc)) {
  console.error("Set REAL_DNC to the path of the real DHTNet's dnc, which this runs against.");
  process.exit(1);
}
setUpLaboratory();
process.once("exit", () => tearDownRun(process.pid));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** `caller → called` to what came of it, by the two kinds of router. */
const matrices = new Map<string, Map<string, Answer>>();

for (const to of ROUTERS) await callFromEverywhere(to);
const pairs = [...matrices.values()].flatMap((matrix) => [...matrix.values()]);
const connected = pairs.filter(({ ok }) => ok).length;
for (const [direction, matrix] of matrices) console.log(`\n${describe(direction, matrix)}`);
const failures = isOnlyReal ? [] : await tryFailures(dnc);
const asTheyShould = failures.filter(({ ok }) => ok).length;
console.log(`\n${connected} of ${pairs.length} pairs connected, ${bytes} bytes there and back`);
console.log(`${asTheyShould} of ${failures.length} failures are seen as they should be`);
process.exit(connected === pairs.length && asTheyShould === failures.length ? 0 : 1);

/** All call one network, where a real server and a device of ours run. Nobody else is there who could be out of reach. */
async function callFromEverywhere(to: Router): Promise<void> {
  const networks = ROUTERS.map((router, i) => [`a${i}x`, router] as const);
  await using scene = await Scene.open({ ...Object.fromEntries(networks), bx: to });
  const real = new RealDnc(dnc, scene);
  const device = async (host: string) => scene.device(host, { echoAfter: bytes, options: { turn: TURN } });
  const server = await real.serve("bx1", bytes);
  const called = isOnlyReal ? undefined : await device("bx2");
  const callers = isOnlyReal ? [] : await Promise.all(ROUTERS.map((_, i) => device(`a${i}x1`)));
  await server.isUp;
  for (const [i, from] of ROUTERS.entries()) {
    const caller = callers[i];
    const { deviceId, service: name } = server;
    if (caller) {
      const answer = await caller.do({ do: "connect", device: deviceId, name, bytes });
      tell({ caller: "ours", called: "real" }, from, to, answer);
    }
    const peer: CalledPeer = called
      ? { deviceId: called.deviceId, certificate: `${called.identity}.crt`, service: name }
      : server;
    tell({ caller: "real", called: called ? "ours" : "real" }, from, to, await real.call(`a${i}x2`, peer, bytes));
  }
}

function tell({ caller, called }: Direction, from: Router, to: Router, answer: Answer): void {
  const direction = `${caller} → ${called}`;
  const matrix = matrices.get(direction) ?? new Map<string, Answer>();
  matrices.set(direction, matrix.set(`${from} → ${to}`, answer));
  console.log(`${direction}: ${from} → ${to}`.padEnd(56), describeAnswer(answer));
}

function describe(direction: string, matrix: ReadonlyMap<string, Answer>): string {
  const row = (cells: readonly string[]) => cells.map((cell) => cell.padEnd(18)).join("");
  const rows = ROUTERS.map((from) => row([from, ...ROUTERS.map((to) => cellOf(matrix.get(`${from} → ${to}`)))]));
  return [row([direction, ...ROUTERS]), ...rows].join("\n");
}

/** The real one doesn't tell which way it has found. */
function cellOf(answer: Answer | undefined): string {
  if (!answer?.ok) return answer?.code ?? "–";
  return `${answer.path ? (answer.path.relayed ? "relay " : "direct ") : ""}${answer.ms} ms`;
}

function describeAnswer({ ok, ms, allMs, path, code }: Answer): string {
  if (!ok) return `${ms} ms: ${code}`;
  return `${path ? (path.relayed ? "relayed, " : "direct, ") : ""}open after ${ms} ms, all back after ${allMs} ms`;
}
