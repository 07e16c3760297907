import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interruptions, networkOf, SIDES } from "./interruptions.ts";

// A router that reboots, and a new address from the provider. Both sides have to notice, each by itself, and the side that
// had asked for the connection makes it anew without being asked.

const EVENTS = { rewan: "gets another address", "reboot-nat": "reboots" } as const;

const CASES = [
  { way: "TCP", event: "rewan", end: "a" },
  { way: "TCP", event: "rewan", end: "b" },
  { way: "UDP", event: "reboot-nat", end: "a" },
  { way: "UDP", event: "reboot-nat", end: "b" },
  { way: "UDP", event: "rewan", end: "a" },
  { way: "UDP", event: "rewan", end: "b" },
  { way: "relay", event: "rewan", end: "a" },
] as const;

let pairs: Interruptions;

beforeAll(async () => {
  pairs = await Interruptions.open(CASES);
});

afterAll(() => pairs[Symbol.asyncDispose]());

describe.concurrent("while data move", () => {
  test.each(
    CASES.map(({ way, event, end }, i) => ({
      name: `${way}, the ${SIDES[end]}'s router ${EVENTS[event]}`,
      event,
      end,
      i,
    })),
  )("$name: noticed at both ends within 5 s, made anew within 5 s", async ({ name, event, end, i }) => {
    const { a, b } = await pairs.connected(i, "in traffic");
    const since = Date.now();
    await pairs.scene.lab.run(event, networkOf(end, i));
    const lostAt = await pairs.noticed(name, [a, b], since, "in traffic");
    await pairs.madeAnew(name, a, lostAt);
    expect(await a.do({ do: "connect", device: b.deviceId, bytes: 1000 })).toMatchObject({ ok: true });
  });
});
