import { afterAll, beforeAll, expect, test } from "vitest";
import type { DeviceProcess } from "./device-process.ts";
import { recordAttempt } from "./measurements.ts";
import { Scene } from "./scene.ts";

// Routers that map ports when they are asked to (UPnP IGD, NAT-PMP, PCP), before networks that nobody gets into otherwise.

const NETWORKS = {
  pcp: "symmetric+upnp",
  igd: "symmetric+upnp",
  sy: "symmetric",
  dn: "double+upnp",
  pr: "port-restricted",
};

const BYTES = 100_000;

let scene: Scene;
let fromOutside: DeviceProcess;

beforeAll(async () => {
  scene = await Scene.open(NETWORKS);
  // A router of the older kind, without PCP and NAT-PMP.
  await scene.lab.run(
    "exec",
    "igd-gw",
    "nft",
    "add table ip nopcp; add chain ip nopcp in { type filter hook input priority -300; }; add rule ip nopcp in udp dport 5351 drop",
  );
  fromOutside = await scene.device("sy1");
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

async function redirections(host: string): Promise<string> {
  const answer = scene.lab.run("exec", host, "upnpc", "-m", "eth0", "-l");
  return answer.catch((error: unknown) => `${error}`);
}

test.each(["pcp", "igd"] as const)(
  "a port of the router, asked for by %s, leads to a device behind it, and is given back at the end",
  async (network) => {
    const device = await scene.device(`${network}1`);
    const answer = await fromOutside.do({ do: "connect", device: device.deviceId, bytes: BYTES });
    recordAttempt("mapped ports", "symmetric", NETWORKS[network], answer);
    expect(answer).toMatchObject({ ok: true, path: { relayed: false } });
    const { mappings = [] } = await device.do({ do: "mappings" });
    expect(mappings.length).toBeGreaterThan(0);
    const ports = mappings.map(({ external }) => external.port);
    const listed = await redirections(`${network}1`);
    for (const port of ports) expect(listed).toMatch(new RegExp(`(TCP|UDP)\\s+${port}->`));
    await device[Symbol.asyncDispose]();
    const listedAfter = await redirections(`${network}1`);
    for (const port of ports) expect(listedAfter).not.toMatch(new RegExp(`(TCP|UDP)\\s+${port}->`));
  },
);

test("a device with a mapped port finds a way to one whose router draws ports", async () => {
  const device = await scene.device("pcp2");
  const answer = await device.do({ do: "connect", device: fromOutside.deviceId, bytes: BYTES });
  recordAttempt("mapped ports", NETWORKS.pcp, "symmetric", answer);
  expect(answer).toMatchObject({ ok: true, path: { relayed: false, mapped: true } });
});

test("a router that maps ports but is behind another one does no harm", async () => {
  const [device, other] = await Promise.all([scene.device("dn1"), scene.device("pr1")]);
  const answer = await device.do({ do: "connect", device: other.deviceId, bytes: BYTES });
  recordAttempt("mapped ports", NETWORKS.dn, NETWORKS.pr, answer);
  expect(answer).toMatchObject({ ok: true, path: { relayed: false, mapped: false } });
  expect(await device.do({ do: "mappings" })).toMatchObject({ mappings: [] });
});
