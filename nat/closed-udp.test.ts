import { afterAll, beforeAll, expect, test } from "vitest";
import type { DeviceProcess } from "./device-process.ts";
import { TURN } from "./lab.ts";
import { recordAttempt } from "./measurements.ts";
import { PROXY_URL, Scene } from "./scene.ts";

// Networks that let no UDP through: the DHT is reached through a proxy, and all else goes over TCP.

const NETWORKS = {
  ta: "tcp-only",
  tb: "tcp-only",
  pr: "port-restricted",
  sy: "symmetric",
};

const BYTES = 100_000;

let scene: Scene;
const devices = new Map<string, DeviceProcess>();

beforeAll(async () => {
  scene = await Scene.open(NETWORKS);
  const relayed = { options: { turn: TURN } };
  const start = async (network: string, setup: Parameters<Scene["device"]>[1]) =>
    devices.set(network, await scene.device(`${network}1`, setup));
  await Promise.all([
    start("ta", { proxy: PROXY_URL, ...relayed }),
    start("tb", { proxy: PROXY_URL }),
    start("pr", {}),
    start("sy", relayed),
  ]);
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

async function connect(from: keyof typeof NETWORKS, to: keyof typeof NETWORKS) {
  const [asking, asked] = [devices.get(from), devices.get(to)];
  if (!asking || !asked) throw new TypeError("no such device");
  const answer = await asking.do({ do: "connect", device: asked.deviceId, bytes: BYTES });
  recordAttempt("UDP closed", NETWORKS[from], NETWORKS[to], answer);
  return answer;
}

test.each([
  ["tb", "pr"],
  ["pr", "ta"],
  ["ta", "tb"],
] as const)("two sides open TCP to each other at the same time: %s to %s", async (from, to) => {
  expect(await connect(from, to)).toMatchObject({ ok: true, path: { relayed: false, transport: "tcp" } });
});

test.each([
  ["ta", "sy"],
  ["sy", "tb"],
] as const)("where the other router draws ports, they meet at the relay over TCP: %s to %s", async (from, to) => {
  expect(await connect(from, to)).toMatchObject({ ok: true, path: { relayed: true, transport: "tcp" } });
});
