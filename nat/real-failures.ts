import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import type { DeviceProcess } from "./device-process.ts";
import { TURN } from "./lab.ts";
import { type CalledPeer, RealDnc, type RealServer } from "./real-peer.ts";
import { Scene } from "./scene.ts";

/** Longest that a user of ours waits to hear that it failed. */
const FAILURE_LIMIT_MS = 10_500;
/** Longest that a dead peer goes unnoticed on a path that is in use. */
const DEAD_LIMIT_MS = 8_000;
/** A real client that can't connect says nothing: after so long it is taken for one that won't. */
const REAL_PATIENCE_MS = 15_000;
/** A real one notices a peer that is gone when it writes the next time. */
const REAL_NOTICES_MS = 40_000;

/** Something that should fail, and what was seen of it. */
export interface Failure {
  readonly what: string;
  readonly ok: boolean;
  readonly seen: string;
}

/** Peers that decline, are unknown, offline, or killed, seen by each of the two of the other. Tells as it goes. */
export async function tryFailures(dnc: string): Promise<readonly Failure[]> {
  await using scene = await Scene.open({ a: "port-restricted", b: "port-restricted" });
  const real = new RealDnc(dnc, scene);
  const ours = await scene.device("a1", { options: { turn: TURN } });
  const failures = [...(await oursCalls(ours, await real.serve("b1", 1))), ...(await realCalls(scene, real, ours))];
  console.log("");
  for (const { what, ok, seen } of failures) console.log(`${ok ? "ok " : "NOT"} ${what}: ${seen}`);
  return failures;
}

async function oursCalls(ours: DeviceProcess, server: RealServer): Promise<Failure[]> {
  const fails = async (what: string, device: string, code: string, name = server.service): Promise<Failure> => {
    const answer = await ours.do({ do: "connect", device, name, bytes: 1 });
    const ok = !answer.ok && answer.code === code && answer.ms <= FAILURE_LIMIT_MS;
    return {
      what: `ours calls a real one that ${what}`,
      ok,
      seen: `${answer.code ?? "connected"} after ${answer.ms} ms`,
    };
  };
  await server.isUp;
  const declined = await fails("does not offer the service", server.deviceId, "ERR_DECLINED", "nc://127.0.0.1:9");
  const unknown = await fails("nobody knows", randomBytes(32).toString("hex"), "ERR_NO_CERTIFICATE");
  await ours.do({ do: "talk", device: server.deviceId, name: server.service });
  const killed = await noticed("ours is connected to a real one that is killed", ours, () => server.kill());
  const offline = await fails("is offline", server.deviceId, "ERR_NO_ANSWER");
  return [declined, unknown, killed, offline];
}

async function realCalls(scene: Scene, real: RealDnc, ours: DeviceProcess): Promise<Failure[]> {
  const certificate = `${ours.identity}.crt`;
  const called: CalledPeer = { deviceId: ours.deviceId, certificate, service: "nc://127.0.0.1:7000" };
  const staysAway = async (what: string, peer: CalledPeer): Promise<Failure> => {
    const client = await real.start("b2", peer, REAL_PATIENCE_MS);
    const ms = await client.connected;
    client.process.kill("SIGKILL");
    const seen = ms === undefined ? "never connected" : `connected after ${ms} ms`;
    return { what: `a real one calls ${what}`, ok: ms === undefined, seen };
  };
  const client = await real.start("b2", called);
  await client.connected;
  client.process.stdin.write("word");
  const killed = await noticed("a real one that had called is killed", ours, () => client.process.kill("SIGKILL"));
  const declined = await declines(scene, real);
  const unknown = await staysAway("a device that nobody knows", {
    ...called,
    deviceId: randomBytes(32).toString("hex"),
  });
  const survivor = await real.start("b2", called);
  await survivor.connected;
  const ended = new Promise<boolean>((resolve) => {
    survivor.process.once("exit", () => resolve(true));
    setTimeout(() => resolve(false), REAL_NOTICES_MS);
  });
  const killedAt = performance.now();
  ours.kill();
  const hasEnded = await ended;
  survivor.process.kill("SIGKILL");
  const seen = hasEnded
    ? `it ended after ${Math.round(performance.now() - killedAt)} ms`
    : "it goes on as if nothing were";
  const oursKilled = { what: "a real one is connected to ours, which is killed", ok: hasEnded, seen };
  return [killed, declined, unknown, oursKilled, await staysAway("ours, which is offline", called)];
}

/** A drop-in of ours that doesn't offer the service: it tells so, lets nobody in, and serves the next. */
async function declines(scene: Scene, real: RealDnc): Promise<Failure> {
  const what = "a real one calls ours, which does not offer the service";
  const server = await scene.netcat("a2", ["--listen", "--allow-anybody", "--service", "127.0.0.1:7000"]);
  const told = Promise.withResolvers<string>();
  createInterface(server.program.stdout).on("line", (line) => line.includes("declined") && told.resolve(line));
  const peer = { deviceId: server.deviceId, certificate: `${server.identity}.crt`, service: "nc://127.0.0.1:9" };
  const client = await real.start("b2", peer, REAL_PATIENCE_MS);
  const line = await Promise.race([told.promise, client.connected.then((ms) => `connected: ${ms}`)]);
  client.process.kill("SIGKILL");
  return { what, ok: line.includes("declined"), seen: line };
}

/** A peer dies, and the device tells that the link is lost. */
async function noticed(what: string, ours: DeviceProcess, kill: () => void): Promise<Failure> {
  const since = Date.now();
  kill();
  try {
    const report = await ours.until(
      (seen) => seen.event === "connection" && seen.status === "closed",
      DEAD_LIMIT_MS,
      since,
    );
    const code = report.event === "connection" ? report.code : undefined;
    return { what, ok: code === "ERR_LINK_LOST", seen: `${code} after ${report.at - since} ms` };
  } catch {
    return { what, ok: false, seen: `not noticed within ${DEAD_LIMIT_MS} ms` };
  }
}
