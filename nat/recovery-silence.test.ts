import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interruptions, networkOf, SIDES } from "./interruptions.ts";
import { recordAttempt } from "./measurements.ts";

// A cable that is out, a program that is killed, and a way that dies while nobody uses it: nothing tells that it is over.

const CABLES = [
  { way: "TCP", end: "a" },
  { way: "UDP", end: "a" },
  { way: "UDP", end: "b" },
] as const;

const IDLE = CABLES.length;
const IDLE_UDP = IDLE + 1;
const KILLED = IDLE + 2;
const OTHERS = [
  { way: "TCP", end: "a" },
  { way: "UDP", end: "a" },
  { way: "UDP", end: "b" },
] as const;

/** So long a cable is out. */
const OUT_MS = 8_000;
/** What an idle link has to be silent for until it counts as one. */
const QUIET_MS = 5_000;
/** An attempt to connect fails within 10 s; what it takes to tell us comes on top. */
const FAILURE_LIMIT_MS = 12_000;

let pairs: Interruptions;

beforeAll(async () => {
  pairs = await Interruptions.open([...CABLES, ...OTHERS]);
});

afterAll(() => pairs[Symbol.asyncDispose]());

describe.concurrent("while data move", () => {
  test.each(CABLES.map(({ way, end }, i) => ({ name: `${way}, the ${SIDES[end]}'s cable is out for 8 s`, end, i })))(
    "$name: noticed at both ends while it is out, made anew when it is back",
    async ({ name, end, i }) => {
      const { a, b } = await pairs.connected(i, "in traffic");
      const { host } = end === "a" ? a : b;
      const since = Date.now();
      await pairs.scene.lab.run("link", host, "down");
      await pairs.noticed(name, [a, b], since, "in traffic");
      await sleep(Math.max(0, since + OUT_MS - Date.now()));
      await pairs.scene.lab.run("link", host, "up");
      await pairs.madeAnew(name, a, Date.now());
    },
  );

  test("a program that is killed is missed within 5 s, and whoever asks for it hears within 10 s", async () => {
    const name = "the called program is killed, over UDP";
    const { a, b } = await pairs.connected(KILLED, "in traffic");
    const since = Date.now();
    b.kill();
    await pairs.noticed(name, [a], since, "in traffic");
    const answer = await a.do({ do: "connect", device: b.deviceId, bytes: 1000 });
    recordAttempt(name, a.host, b.host, answer);
    expect(answer).toMatchObject({ ok: false, code: "ERR_NO_ANSWER" });
    expect(answer.ms).toBeLessThan(FAILURE_LIMIT_MS);
  });
});

describe.concurrent("while nothing moves", () => {
  test.each([
    { name: "TCP, idle, the caller's router gets another address", event: "rewan", i: IDLE },
    { name: "UDP, idle, the caller's router reboots", event: "reboot-nat", i: IDLE_UDP },
  ])("$name: noticed at both ends within 15 s, made anew within 5 s", async ({ name, event, i }) => {
    const { a, b } = await pairs.connected(i, "idle");
    await sleep(QUIET_MS);
    const since = Date.now();
    await pairs.scene.lab.run(event, networkOf("a", i));
    const lostAt = await pairs.noticed(name, [a, b], since, "idle");
    await pairs.madeAnew(name, a, lostAt);
  });
});
