import { randomInt } from "node:crypto";
import { DhtRunner, SockAddr } from "@hashmere/dht";
import { describe, expect, test } from "vitest";
import { Dhtnode } from "../peers/dhtnode.ts";
import { freePort } from "../peers/free-port.ts";
import { endpointOf, endpointText, LOOPBACK_4, LOOPBACK_6 } from "../peers/interop-peer.ts";
import { OurNode } from "../peers/our-node.ts";
import { PythonNode } from "../peers/python-node.ts";
import { MIXED_PAIRS, OURS, POLL, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";

// Getting to know each other, over both families, with either as the way in.

describe.each(MIXED_PAIRS)("%s and then %s", (first, second) => {
  test.each([
    ["IPv4", 4, LOOPBACK_4],
    ["IPv6", 6, LOOPBACK_6],
  ] as const)("find each other over %s and exchange a value", async (_, family, host) => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second, {}, host);
    expect((await b.put("k", word("v"))).ok).toBe(true);
    expect(textsOf((await a.get("k")).values)).toEqual(["v"]);
    await expect.poll(() => b.goodNodes(family), POLL).toContain(a.nodeId);
    await expect.poll(() => a.goodNodes(family), POLL).toContain(b.nodeId);
  });

  test("can be introduced to each other while they run", async () => {
    await using stage = new Stage();
    const a = await stage.start(first);
    const b = await stage.start(second);
    await b.bootstrap(endpointOf(a));
    await expect.poll(() => b.goodNodes(4), POLL).toEqual([a.nodeId]);
  });
});

describe.each(["dhtnode", "python"] as const)("a network of one more %s", (kind) => {
  test("two real nodes that know only ours find each other through it", async () => {
    await using stage = new Stage();
    const ours = await stage.start(OURS);
    const one = await stage.start(kind, { bootstrap: endpointOf(ours) });
    const two = await stage.start(kind, { bootstrap: endpointOf(ours) });
    await expect
      .poll(async () => (await one.goodNodes(4)).toSorted(), POLL)
      .toEqual([ours.nodeId, two.nodeId].toSorted());
    const listener = await one.listen("k");
    expect((await two.put("k", word("v"))).ok).toBe(true);
    await listener.waitFor(() => true, "the value of the other real node");
    expect(textsOf((await one.get("k")).values)).toEqual(["v"]);
  });
});

test("dhtnodes with an identity leave their certificates with ours", async () => {
  await using stage = new Stage();
  const ours = await stage.start(OURS);
  const one = stage.use(await Dhtnode.start({ network: stage.network, identity: true, bootstrap: endpointOf(ours) }));
  await expect.poll(async () => (await ours.storage()).get(one.publicKeyId ?? ""), POLL).toMatchObject({ values: 1 });
});

test("a real node pings ours, and ours pings a real one", async () => {
  await using stage = new Stage();
  const real = stage.use(await PythonNode.start({ network: stage.network }));
  const ours = stage.use(await OurNode.start({ network: stage.network }));
  expect(await real.ping(ours.port)).toBe(true);
  const address = SockAddr.fromHost(LOOPBACK_4, real.port);
  expect(address && (await ours.runner.ping(address))).toBe(true);
});

test("connecting and connected are reported on the way in", async () => {
  await using stage = new Stage();
  const real = await stage.start("dhtnode");
  const ours = stage.use(new DhtRunner());
  const seen = new Set<string>();
  ours.addEventListener("statuschange", () => seen.add(ours.status4));
  await ours.run({ port: await freePort(), network: stage.network });
  await ours.bootstrap(endpointText(endpointOf(real)));
  await ours.connected({ signal: AbortSignal.timeout(5_000) });
  expect([...seen]).toEqual(["connecting", "connected"]);
});

test("a node with a put under way at a port where nobody answers shuts down within 5 s", async () => {
  const silent = await freePort();
  const ours = await OurNode.start({ network: randomInt(1, 1_000), bootstrap: { host: LOOPBACK_4, port: silent } });
  const put = ours.put("k", word("v"));
  const start = performance.now();
  await ours.runner.shutdown();
  await ours.runner.join();
  expect(performance.now() - start).toBeLessThan(5_000);
  expect((await put).ok).toBe(false);
});

test("a client node puts, gets and listens, and is in no routing table of a real node", async () => {
  await using stage = new Stage();
  const real = await stage.start("dhtnode");
  const other = await stage.start("dhtnode", { bootstrap: endpointOf(real) });
  const client = await stage.start("hashmere", { clientMode: true, bootstrap: endpointOf(real) });
  expect((await client.put("k", word("v"))).ok).toBe(true);
  expect(textsOf((await other.get("k")).values)).toEqual(["v"]);
  const listener = await client.listen("k2");
  await other.put("k2", word("heard"));
  await listener.waitFor(() => true, "a value, as a client");
  await expect.poll(() => real.goodNodes(4), POLL).toEqual([other.nodeId]);
});
