import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeviceProcess } from "./device-process.ts";
import type { DeviceSetup } from "./device-protocol.ts";
import { TURN } from "./lab.ts";
import { recordAttempt } from "./measurements.ts";
import { Scene } from "./scene.ts";

// Each kind of home router with each: who asks on the left, who is asked on the right.

const ROUTERS = {
  fc: "full-cone",
  ar: "addr-restricted",
  pr: "port-restricted",
  sy: "symmetric",
  dn: "double",
} as const;

const PAIRS = Object.values(ROUTERS).flatMap((from) => Object.values(ROUTERS).map((to) => [from, to] as const));

/** Routers that let in only what comes from the very port to which something has gone. */
const PICKY: ReadonlySet<string> = new Set([ROUTERS.pr, ROUTERS.sy, ROUTERS.dn]);

const BYTES = 100_000;

/** An attempt ends within 10 s; what it takes to tell us comes on top. */
const FAILURE_LIMIT_MS = 12_000;

let scene: Scene;

/** A port that nobody can know, and a router that insists on it: it would have to be guessed, and a relay is quicker. */
function mustGuess(from: string, to: string): boolean {
  return (from === ROUTERS.sy && PICKY.has(to)) || (to === ROUTERS.sy && PICKY.has(from));
}

beforeAll(async () => {
  const both = Object.entries(ROUTERS).flatMap(([name, router]) => [
    [`${name}a`, router],
    [`${name}b`, router],
  ]);
  scene = await Scene.open(Object.fromEntries(both));
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

/** A device behind each router, twice: those that ask, and those that are asked. */
async function everywhere(setup: Partial<DeviceSetup>) {
  const entries = Object.entries(ROUTERS).map(async ([name, router]) => {
    const both = await Promise.all([scene.device(`${name}a1`, setup), scene.device(`${name}b1`, setup)]);
    return [router, { asking: both[0], asked: both[1] }] as const;
  });
  const devices = new Map<string, { readonly asking: DeviceProcess; readonly asked: DeviceProcess }>(
    await Promise.all(entries),
  );
  return {
    pair(from: string, to: string): readonly [DeviceProcess, DeviceProcess] {
      const [asking, asked] = [devices.get(from)?.asking, devices.get(to)?.asked];
      if (!asking || !asked) throw new TypeError(`no such routers: ${from}, ${to}`);
      return [asking, asked];
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(
        [...devices.values()].flatMap(({ asking, asked }) => [asking, asked]).map((d) => d[Symbol.asyncDispose]()),
      );
    },
  };
}

describe("without a relay", () => {
  let devices: Awaited<ReturnType<typeof everywhere>>;

  beforeAll(async () => {
    devices = await everywhere({});
  });

  afterAll(async () => {
    await devices[Symbol.asyncDispose]();
  });

  const possible = PAIRS.filter(([from, to]) => from !== "symmetric" || to !== "symmetric");

  test.each(possible)("%s reaches %s directly", async (from, to) => {
    const [asking, asked] = devices.pair(from, to);
    const answer = await asking.do({ do: "connect", device: asked.deviceId, bytes: BYTES });
    recordAttempt("home to home", from, to, answer);
    expect(answer).toMatchObject({ ok: true, path: { relayed: false } });
  });

  test("two symmetric routers keep each other out, and the device says so within 10 s", async () => {
    const [asking, asked] = devices.pair("symmetric", "symmetric");
    const answer = await asking.do({ do: "connect", device: asked.deviceId, bytes: BYTES });
    recordAttempt("home to home", "symmetric", "symmetric", answer);
    expect(answer).toMatchObject({ ok: false, code: "ERR_NO_PATH" });
    expect(answer.ms).toBeLessThan(FAILURE_LIMIT_MS);
  });
});

describe("with a relay", () => {
  let devices: Awaited<ReturnType<typeof everywhere>>;

  beforeAll(async () => {
    devices = await everywhere({ options: { turn: TURN } });
  });

  afterAll(async () => {
    await devices[Symbol.asyncDispose]();
  });

  test.each(PAIRS)("%s reaches %s, relayed only where there is no other way", async (from, to) => {
    const [asking, asked] = devices.pair(from, to);
    const answer = await asking.do({ do: "connect", device: asked.deviceId, bytes: BYTES });
    recordAttempt("home to home, with TURN", from, to, answer);
    expect(answer.ok).toBe(true);
    if (!mustGuess(from, to)) expect(answer.path?.relayed).toBe(false);
  });
});
