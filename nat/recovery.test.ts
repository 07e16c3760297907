import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeviceProcess } from "./device-process.ts";
import type { Report } from "./device-protocol.ts";
import { TURN } from "./lab.ts";
import { record, recordAttempt } from "./measurements.ts";
import { Scene } from "./scene.ts";

// What breaks a path: a router that reboots, a new address from the provider, a cable, a program that is killed. Both sides
// have to notice, and the side that had asked for the connection makes it anew, by itself.

/** What the protocol promises, with room for a busy machine. */
const NOTICED_IN_TRAFFIC_MS = 5_000 + 5_000;
const NOTICED_IDLE_MS = 15_000 + 5_000;
const MADE_ANEW_MS = 5_000 + 5_000;

/** The networks of each test are its own, because all tests run at the same time. */
const CASES = [
  {
    name: "TCP, the caller's router gets another address",
    a: "port-restricted",
    b: "port-restricted",
    event: ["rewan", "a"],
  },
  {
    name: "TCP, the called side's router gets another address",
    a: "port-restricted",
    b: "double",
    event: ["rewan", "b"],
  },
  { name: "UDP, the caller's router reboots", a: "symmetric", b: "full-cone", event: ["reboot-nat", "a"] },
  { name: "relay, the caller's router gets another address", a: "symmetric", b: "symmetric", event: ["rewan", "a"] },
] as const;

const IDLE = { a: "port-restricted", b: "port-restricted" } as const;
const CABLE = { a: "port-restricted", b: "port-restricted" } as const;
const KILLED = { a: "full-cone", b: "symmetric" } as const;

/** What an idle link has to be silent for until it counts as one. */
const QUIET_MS = 5_000;
/** An attempt to connect fails within 10 s; what it takes to tell us comes on top. */
const FAILURE_LIMIT_MS = 12_000;

let scene: Scene;

beforeAll(async () => {
  const networks = [...CASES, IDLE, CABLE, KILLED].flatMap(({ a, b }, i) => [
    [`a${i}x`, a],
    [`b${i}x`, b],
  ]);
  scene = await Scene.open(Object.fromEntries(networks));
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

/** The devices of a case; with a channel from the first to the second. */
async function connected(i: number, what: "echo" | "talk") {
  const options = { turn: TURN };
  const [a, b] = await Promise.all([scene.device(`a${i}x1`, { options }), scene.device(`b${i}x1`, { options })]);
  const answer = await a.do({ do: "connect", device: b.deviceId, bytes: 1000 });
  recordAttempt("before the interruption", a.host, b.host, answer);
  expect(answer.ok).toBe(true);
  if (what === "talk") await a.do({ do: "talk", device: b.deviceId });
  return { a, b };
}

const isClosed = (report: Report) =>
  report.event === "connection" && report.status === "closed" && report.path !== undefined;
const isUp = (report: Report) => report.event === "connection" && report.status === "connected";

async function noticed(scenario: string, device: DeviceProcess, since: number, limitMs: number): Promise<Report> {
  const report = await device.until(isClosed, limitMs, since);
  record({
    scenario,
    from: device.host,
    to: "noticed",
    way: report.event === "connection" ? (report.code ?? "") : "",
    ms: report.at - since,
  });
  return report;
}

async function madeAnew(scenario: string, device: DeviceProcess, since: number): Promise<void> {
  const report = await device.until(isUp, MADE_ANEW_MS, since);
  record({ scenario, from: device.host, to: "connected anew", way: "by itself", ms: report.at - since });
}

describe.concurrent("while data move", () => {
  test.each(CASES.map((one, i) => ({ ...one, i })))(
    "$name: noticed within 5 s, made anew within 5 s",
    async ({ name, event, i }) => {
      const { a, b } = await connected(i, "talk");
      const since = Date.now();
      await scene.lab.run(event[0], `${event[1]}${i}x`);
      const [lost] = await Promise.all([a, b].map((device) => noticed(name, device, since, NOTICED_IN_TRAFFIC_MS)));
      await madeAnew(name, a, lost?.at ?? since);
      expect(await a.do({ do: "connect", device: b.deviceId, bytes: 1000 })).toMatchObject({ ok: true });
    },
  );

  test("a cable that is out for 8 s: noticed while it is out, made anew when it is back", async () => {
    const name = "the caller's cable is out for 8 s";
    const i = CASES.length + 1;
    const { a, b } = await connected(i, "talk");
    const since = Date.now();
    await scene.lab.run("link", a.host, "down");
    await Promise.all([a, b].map((device) => noticed(name, device, since, NOTICED_IN_TRAFFIC_MS)));
    await sleep(Math.max(0, since + 8_000 - Date.now()));
    await scene.lab.run("link", a.host, "up");
    await madeAnew(name, a, Date.now());
  });
});

describe.concurrent("a program that is killed", () => {
  test("is missed within 5 s, though nothing tells it, and whoever asks for it hears within 10 s", async () => {
    const name = "the called program is killed, over UDP";
    const { a, b } = await connected(CASES.length + 2, "talk");
    const since = Date.now();
    b.kill();
    await noticed(name, a, since, NOTICED_IN_TRAFFIC_MS);
    const answer = await a.do({ do: "connect", device: b.deviceId, bytes: 1000 });
    recordAttempt(name, a.host, b.host, answer);
    expect(answer).toMatchObject({ ok: false, code: "ERR_NO_ANSWER" });
    expect(answer.ms).toBeLessThan(FAILURE_LIMIT_MS);
  });
});

describe.concurrent("while nothing moves", () => {
  test("noticed within 15 s, made anew within 5 s", async () => {
    const name = "idle, the caller's router gets another address";
    const i = CASES.length;
    const { a, b } = await connected(i, "echo");
    await sleep(QUIET_MS);
    const since = Date.now();
    await scene.lab.run("rewan", `a${i}x`);
    const [lost] = await Promise.all([a, b].map((device) => noticed(name, device, since, NOTICED_IDLE_MS)));
    await madeAnew(name, a, lost?.at ?? since);
  });
});
