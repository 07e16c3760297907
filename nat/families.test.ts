import { afterAll, beforeAll, expect, test } from "vitest";
import type { DeviceProcess } from "./device-process.ts";
import { TURN, TURN_6 } from "./lab.ts";
import { recordAttempt } from "./measurements.ts";
import { Scene } from "./scene.ts";

// Networks with IPv6, behind firewalls that let in only what answers, and one that has IPv4 alone.

const NETWORKS = {
  sa: "v6only",
  sb: "v6only",
  da: "dual",
  db: "dual",
  pr: "port-restricted",
};

const BYTES = 100_000;

let scene: Scene;
const devices = new Map<string, DeviceProcess>();

beforeAll(async () => {
  scene = await Scene.open(NETWORKS);
  const turn = { sa: TURN_6, pr: TURN } as const;
  await Promise.all(
    Object.keys(NETWORKS).map(async (network) => {
      const options = network === "sa" || network === "pr" ? { turn: turn[network] } : {};
      devices.set(network, await scene.device(`${network}1`, { options }));
    }),
  );
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

async function connect(from: keyof typeof NETWORKS, to: keyof typeof NETWORKS) {
  const [asking, asked] = [devices.get(from), devices.get(to)];
  if (!asking || !asked) throw new TypeError("no such device");
  const answer = await asking.do({ do: "connect", device: asked.deviceId, bytes: BYTES });
  recordAttempt("IPv4 and IPv6", NETWORKS[from], NETWORKS[to], answer);
  return answer;
}

test.each([
  ["sa", "db"],
  ["db", "sb"],
  ["sb", "sa"],
] as const)("firewalls for IPv6 open to each other: %s to %s", async (from, to) => {
  const answer = await connect(from, to);
  expect(answer).toMatchObject({ ok: true, path: { relayed: false, local: { family: 6 } } });
});

test("two networks with both families meet directly", async () => {
  expect(await connect("da", "db")).toMatchObject({ ok: true, path: { relayed: false } });
});

test.each([
  ["sa", "pr"],
  ["pr", "sb"],
] as const)("a network without IPv4 and one without IPv6 meet at a relay: %s to %s", async (from, to) => {
  expect(await connect(from, to)).toMatchObject({ ok: true, path: { relayed: true } });
});
