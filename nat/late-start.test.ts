import { expect, test } from "vitest";
import { BOOT, type Lab } from "./lab.ts";
import { record } from "./measurements.ts";
import { Scene } from "./scene.ts";

const SCENARIO = "started without a network, reachable after";
/** Time in which the node's bootstrap gives up its first attempts, so that its pauses have grown. */
const OFFLINE_MS = 25_000;
/** Once its own network is back, a device need not wait for a pause to end. */
const AFTER_CABLE_MS = 10_000;
/** When it can't see that the network is back: the longest pause of the bootstrap, and the time to join. */
const AFTER_LINE_MS = 85_000;

/** How long after `plugIn` a `hashmere nc --listen` that was started offline is reachable for another, in ms. */
async function reachableAfter(scene: Scene, host: string, plugIn: () => Promise<unknown>): Promise<number> {
  const late = await scene.netcat(host, ["--listen", "--allow-anybody", "--service", "127.0.0.1:7"]);
  const caller = await scene.device("b1");
  await new Promise((resolve) => setTimeout(resolve, OFFLINE_MS));
  await plugIn();
  const pluggedInAt = performance.now();
  for (;;) {
    const { code } = await caller.do({ do: "connect", device: late.deviceId, name: "nc://127.0.0.1:9", bytes: 1 });
    const ms = Math.round(performance.now() - pluggedInAt);
    if (code === "ERR_DECLINED" || ms > AFTER_LINE_MS) return ms; // it says so itself
  }
}

async function gateway(lab: Lab, ...args: readonly string[]): Promise<string> {
  return (await lab.run("exec", "a-gw", "ip", ...args)).trim();
}

test("a device that was started without its cable joins as soon as it is plugged in", {
  timeout: 150_000,
}, async () => {
  await using scene = await Scene.open({ a: "port-restricted", b: "port-restricted" });
  const { lab } = scene;
  await lab.run("link", "a1", "down");
  const ms = await reachableAfter(scene, "a1", () => lab.run("link", "a1", "up"));
  record({ scenario: SCENARIO, from: "the cable is back", to: BOOT, way: "joined", ms });
  expect(ms).toBeLessThan(AFTER_CABLE_MS);
});

test("one whose router has no line joins within a minute of its coming", { timeout: 200_000 }, async () => {
  await using scene = await Scene.open({ a: "port-restricted", b: "port-restricted" });
  const { lab } = scene;
  const route = await gateway(lab, "route", "show", "default");
  await gateway(lab, "link", "set", "wan", "down");
  const ms = await reachableAfter(scene, "a1", async () => {
    await gateway(lab, "link", "set", "wan", "up");
    await gateway(lab, "route", "replace", ...route.split(/\s+/));
  });
  record({ scenario: SCENARIO, from: "the router's line is back", to: BOOT, way: "joined", ms });
  expect(ms).toBeLessThan(AFTER_LINE_MS);
});
