import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interruptions, networkOf } from "./interruptions.ts";

// A router that gets another address and, a moment later, forgets once more what goes through it: while the connection
// is made anew, or just after. Whoever waits for the other side's next word then hears nothing, not even that it is over, and the
// nodes that were told the new address know it no longer.

const SECOND_AFTER_MS = [500, 600, 700, 800, 1000, 2000, 2300] as const;
const CASES = SECOND_AFTER_MS.map((afterMs) => ({ way: "relay", end: "a", afterMs }) as const);

let pairs: Interruptions;

beforeAll(async () => {
  pairs = await Interruptions.open(CASES);
});

afterAll(() => pairs[Symbol.asyncDispose]());

describe.concurrent("while data move", () => {
  test.each(
    CASES.map(({ afterMs }, i) => ({ name: `relay, the caller's router fails again after ${afterMs} ms`, afterMs, i })),
  )("$name: noticed at both ends, made anew within 5 s", async ({ name, afterMs, i }) => {
    const { a, b } = await pairs.connected(i, "in traffic");
    const since = Date.now();
    await pairs.scene.lab.run("rewan", networkOf("a", i));
    await sleep(since + afterMs - Date.now());
    await pairs.scene.lab.run("reboot-nat", networkOf("a", i));
    const lostAt = await pairs.noticed(name, [a, b], since, "in traffic");
    await pairs.madeAnew(name, a, lostAt);
    expect(await a.do({ do: "connect", device: b.deviceId, bytes: 1000 })).toMatchObject({ ok: true });
  });
});
