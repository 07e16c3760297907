// Devices of ours and the real DHTNet's `dnc` behind routers of all kinds, through a relay where need be. It is no part of the
// tests that always run, because nobody can install a dnc:
//   REAL_DNC=/path/to/dnc node nat/real-dnc.ts [bytes] [real]     `real`: the real one on both sides, to compare with
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeviceProcess } from "./device-process.ts";
import type { Answer } from "./device-protocol.ts";
import { BOOT, TURN } from "./lab.ts";
import { tearDownRun } from "./runs.ts";
import { Scene } from "./scene.ts";
import { setUpLaboratory } from "./setup.ts";

const ROUTERS = ["full-cone", "addr-restricted", "port-restricted", "symmetric", "double"] as const;
const PORT = 7000;
const NAME = `nc://127.0.0.1:${PORT}`;

/** The real one says nothing when it can't connect. */
const PATIENCE_MS = 30_000;
/** A real server says nothing when it has started either. */
const START_MS = 4_000;

const dnc = process.env.REAL_DNC ?? "";
const bytes = Number(process.argv[2] ?? 100_000);
const isOnlyReal = process.argv[3] === "real";
if (!existsSync(dnc)) {
  console.error("Set REAL_DNC to the path of the real DHTNet's dnc, which this runs against.");
  process.exit(1);
}
setUpLaboratory();
process.once("exit", () => tearDownRun(process.pid));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** Sends back all at once when it has all: real ones stall now and then while 10 MB go both ways, among themselves too. */
const ECHO = `require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
  const chunks = [];
  let left = ${bytes};
  socket.on("error", () => {}).on("data", (chunk) => {
    chunks.push(chunk);
    left -= chunk.length;
    if (left === 0) socket.write(Buffer.concat(chunks));
  });
}).listen(${PORT})`;

/** Whom to call, and the file with their certificate. */
interface CalledPeer {
  readonly deviceId: string;
  readonly certificate: string;
}

let failed = 0;
for (const to of ROUTERS) await callFromEverywhere(to);
console.log(`${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** All call one network, where a real server and a device of ours run. Nobody else is there who could be out of reach. */
async function callFromEverywhere(to: string): Promise<void> {
  const networks = ROUTERS.map((router, i) => [`a${i}x`, router] as const);
  await using scene = await Scene.open({ ...Object.fromEntries(networks), bx: to });
  const device = async (host: string) => scene.device(host, { options: { turn: TURN } });
  const server = await startRealServer(scene, "bx1");
  const called = isOnlyReal ? undefined : await device("bx1");
  const callers = isOnlyReal ? [] : await Promise.all(ROUTERS.map((_, i) => device(`a${i}x1`)));
  await new Promise((resolve) => setTimeout(resolve, START_MS));
  for (const [i, from] of ROUTERS.entries()) {
    const caller = callers[i];
    if (caller) tell("ours", from, "real", to, await callReal(caller, server));
    const peer = called ? { deviceId: called.deviceId, certificate: `${called.identity}.crt` } : server;
    tell("real", from, called ? "ours" : "real", to, await runRealClient(scene, `a${i}x1`, peer));
  }
}

function tell(who: string, from: string, whom: string, to: string, { ok, ms, allMs, path, code }: Answer): void {
  if (!ok) failed++;
  const way = ok ? `${path ? (path.relayed ? "relayed" : "direct") : ""} ${allMs} ms until all was back` : code;
  console.log(`${who} ${from} → ${whom} ${to}`.padEnd(56), `${ms} ms`.padStart(9), way);
}

async function callReal(caller: DeviceProcess, { deviceId }: CalledPeer): Promise<Answer> {
  return caller.do({ do: "connect", device: deviceId, name: NAME, bytes });
}

function realArguments(path: string): string[] {
  const { host, username, password, realm } = TURN;
  const relay = ["-t", host, "-u", username, "-w", password, "-r", realm];
  return ["-b", BOOT, ...relay, "-c", `${path}.crt`, "-p", `${path}.pem`];
}

function spawnReal(scene: Scene, host: string, cache: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = scene.lab.spawn(host, "env", [`DHTNET_CACHE_DIR=${cache}`, dnc, ...args]);
  child.stdin.on("error", () => undefined);
  child.stderr.resume();
  return child;
}

function emptyCache(): string {
  return mkdtempSync(join(tmpdir(), "real-dnc-"));
}

/** A real dnc that serves whoever comes, with a service behind it that sends everything back. */
async function startRealServer(scene: Scene, host: string): Promise<CalledPeer> {
  const { path, certificate } = await scene.identity(host);
  scene.lab.spawn(host, process.execPath, ["-e", ECHO]);
  spawnReal(scene, host, emptyCache(), ["-l", "-a", ...realArguments(path)]).stdout.resume();
  return { deviceId: Buffer.from(certificate.publicKey.longId()).toString("hex"), certificate: `${path}.crt` };
}

/** With the certificate at hand: on a cold cache, the real client mostly hangs. */
async function runRealClient(scene: Scene, host: string, { deviceId, certificate }: CalledPeer): Promise<Answer> {
  const { path } = await scene.identity(host);
  const cache = emptyCache();
  mkdirSync(join(cache, "certStore", "certificates"), { recursive: true });
  cpSync(certificate, join(cache, "certStore", "certificates", deviceId));
  const startedAt = performance.now();
  const taken = () => Math.round(performance.now() - startedAt);
  const client = spawnReal(scene, host, cache, ["-i", "127.0.0.1", "-P", `${PORT}`, ...realArguments(path), deviceId]);
  const sent = randomBytes(bytes);
  const answer = Promise.withResolvers<Answer>();
  let ms = 0;
  let head = "";
  let left = bytes;
  const back = createHash("sha256");
  client.stdout.on("data", (chunk: Buffer) => {
    let data = chunk;
    if (ms === 0) {
      head += chunk.toString("latin1");
      const at = head.indexOf("Connected!\n");
      if (at < 0) return;
      ms = taken();
      data = Buffer.from(head.slice(at + "Connected!\n".length), "latin1");
      client.stdin.write(sent);
    }
    back.update(data);
    left -= data.length;
    const isSame = left === 0 && back.digest("hex") === createHash("sha256").update(sent).digest("hex");
    if (left <= 0) answer.resolve({ ok: isSame, ms, allMs: taken(), code: "other bytes came back" });
  });
  const timer = setTimeout(
    () => answer.resolve({ ok: false, ms: taken(), code: ms === 0 ? "no connection" : `${left} bytes are missing` }),
    PATIENCE_MS,
  );
  client.once("exit", () => answer.resolve({ ok: false, ms: taken(), code: "it ended" }));
  const outcome = await answer.promise;
  clearTimeout(timer);
  client.removeAllListeners("exit");
  client.kill("SIGKILL");
  return outcome;
}
