import { expect, test } from "vitest";
import { recordAttempt } from "./measurements.ts";
import { Scene } from "./scene.ts";

const SCENARIO = "used again after 75 s on routers that remember for 30 s";
/** Two that can only meet over UDP. */
const [ONE, OTHER] = ["full-cone+timeout=30", "symmetric+timeout=30"] as const;
const IDLE_MS = 75_000;

test("a link outlives what the routers remember of it while nothing is sent", { timeout: 150_000 }, async () => {
  await using scene = await Scene.open({ a: ONE, b: OTHER });
  const [caller, called] = [await scene.device("a1"), await scene.device("b1")];
  const connect = () => caller.do({ do: "connect", device: called.deviceId, bytes: 10_000 });
  expect(await connect()).toMatchObject({ ok: true, path: { relayed: false, transport: "udp" } });
  const idleSince = Date.now();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const again = await connect();
  recordAttempt(SCENARIO, ONE, OTHER, again);
  expect(again.ok).toBe(true);
  for (const device of [caller, called]) {
    const changes = device.reports.filter((report) => report.event === "connection" && report.at >= idleSince);
    expect(changes).toEqual([]);
  }
});
