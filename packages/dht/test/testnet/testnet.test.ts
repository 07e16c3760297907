import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { createTestnet, OPERATION_LIMIT_MS, Testnet, TestnetTimeoutError } from "../../src/testnet/index.ts";

async function run(seed: number): Promise<{ hash: number; sent: number; now: number }> {
  const net = await createTestnet({
    nodes: 30,
    seed,
    latency: "internet",
    loss: 0.05,
    duplication: 0.02,
    reordering: 0.05,
    churn: { lifetime: "5m", downtime: "30s" },
    trace: true,
  });
  const running = net.nodes.filter((node) => node.isRunning);
  await Promise.all(running.slice(0, 5).map((node, index) => node.put(`key ${index % 2}`, `value ${index}`)));
  const listener = net.node(0).listen("key 1");
  await net.advance("10m");
  await net.node(0).getAll("key 1");
  listener.cancel();
  return { hash: net.traceHash, sent: net.stats.sent, now: net.now };
}

describe("a testnet", () => {
  test("runs exactly the same with the same seed, and otherwise with another", async () => {
    const [first, second, other] = [await run(1), await run(1), await run(2)];
    expect(second).toEqual(first);
    expect(other.hash).not.toBe(first.hash);
    expect(first.sent).toBeGreaterThan(1000);
  });

  test("is connected when it is handed over", async () => {
    const net = await createTestnet({ nodes: 20, families: [4, 6] });
    for (const { dht } of net.nodes) expect([dht.status4, dht.status6]).toEqual(["connected", "connected"]);
  });

  test("lets time stand still unless somebody waits", async () => {
    const net = await createTestnet({ nodes: 3 });
    const before = net.now;
    net.node(0).dht.ping(net.node(1).address);
    for (let i = 0; i < 100; i++) await undefined;
    expect(net.now).toBe(before);
    await net.advance("90s");
    expect(net.now).toBe(before + 90_000);
  });

  test("runs operations that are begun together side by side", async () => {
    const net = await createTestnet({ nodes: 10, latency: 20 });
    const before = net.now;
    await net.node(1).put("k", "v");
    const alone = net.now - before;
    const start = net.now;
    await Promise.all(Array.from({ length: 50 }, (_, index) => net.node(index % 10).put(`k${index}`, "v")));
    expect(net.now - start).toBeLessThan(alone * 3);
  });

  test("continues after an await at the moment for which it waited", async () => {
    const net = await createTestnet({ nodes: 2, latency: 20 });
    const start = net.now;
    await net.node(0).ping(net.node(1));
    expect(net.now - start).toBeCloseTo(40, 6);
  });

  test("fails an operation that never ends", async () => {
    const net = await createTestnet({ nodes: 2 });
    const before = net.now;
    await expect(net.node(0).listen("nothing").heard(1)).rejects.toBeInstanceOf(TestnetTimeoutError);
    expect(net.now - before).toBeCloseTo(OPERATION_LIMIT_MS, 6);
  });

  test("refuses operations of a node that is down", async () => {
    const net = await createTestnet({ nodes: 2 });
    net.crash(net.node(1));
    const before = net.now;
    await expect(net.node(1).getAll("k")).rejects.toThrow("restart it first");
    expect(net.now).toBe(before);
  });

  test("passes an error of a callback on to whoever waits", async () => {
    const net = await createTestnet({ nodes: 2 });
    net.scheduler.at(net.now + 10, () => {
      throw new Error("a callback of the test is at fault");
    });
    await expect(net.advance("1s")).rejects.toThrow("at fault");
  });

  test("loses what a crashed node held, and brings it back under its id and address", async () => {
    const net = await createTestnet({ nodes: 3 });
    const node = net.node(2);
    const { id, address } = node;
    await net.node(0).put("k", "v");
    expect(node.local("k")).toHaveLength(1);
    net.crash(node);
    expect(node.isRunning).toBe(false);
    expect(() => node.dht).toThrow("is down");
    expect(await net.node(0).ping(node)).toBe(false);
    net.restart([node]);
    await node.connected();
    expect([node.id, node.address]).toEqual([id, address]);
    expect(node.local("k")).toHaveLength(0);
    expect(await net.node(0).ping(node)).toBe(true);
  });

  test("cuts and heals", async () => {
    const net = await createTestnet({ nodes: 4 });
    net.partition([net.nodes.slice(0, 2)]);
    expect(await net.node(0).ping(net.node(1))).toBe(true);
    expect(await net.node(2).ping(net.node(3))).toBe(true);
    expect(await net.node(0).ping(net.node(2))).toBe(false);
    net.heal();
    expect(await net.node(0).ping(net.node(2))).toBe(true);
  });

  test("lets nodes come and go by chance until it is told to stop, but for those that are spared", async () => {
    const net = await createTestnet({ nodes: 20, churn: { lifetime: "2m", downtime: "2m", spare: 3 } });
    const running = new Set<number>();
    for (let minute = 0; minute < 20; minute++) {
      await net.advance("1m");
      running.add(net.stats.running);
      expect(net.nodes.slice(0, 3).every((node) => node.isRunning)).toBe(true);
    }
    expect(running.size).toBeGreaterThan(3);
    net.stopChurn();
    const left = net.stats.running;
    await net.advance("10m");
    expect(net.stats.running).toBe(left);
  });

  test("puts several nodes on one address where that is asked for", () => {
    const net = new Testnet({ nodesPerHost: 3 });
    const hosts = net.spawn(7).map(({ address }) => address.host);
    expect(new Set(hosts).size).toBe(3);
  });

  test("configures each node by its number", async () => {
    const net = await createTestnet({
      nodes: 2,
      config: (index) => ({ network: index }),
      joinInterval: 0,
      bootstraps: 0,
    }).catch((error: unknown) => error);
    expect(net).toBeInstanceOf(TestnetTimeoutError);
  });

  test("shows the state of a listener", async () => {
    const net = await createTestnet({ nodes: 6 });
    const listener = net.node(3).listen("k");
    await net.advance("1s");
    await net.node(0).put("k", "v");
    const [event] = await listener.heard(1);
    expect(event).toMatchObject({ expired: false });
    expect(listener.values.map((value) => value.text())).toEqual(["v"]);
    await listener.heard(2);
    expect(listener.values).toEqual([]);
    listener.cancel();
  });

  test("knows addresses where nobody lives", async () => {
    const net = await createTestnet({ nodes: 2 });
    const nobody = SockAddr.parse("10.9.9.9:4222");
    expect(nobody && (await net.node(0).ping(nobody))).toBe(false);
    expect(() => net.node(7)).toThrow(RangeError);
  });
});

describe("a wrong wall clock", () => {
  test.each([
    ["a year ahead", 365 * 86_400_000],
    ["a year behind", -365 * 86_400_000],
  ])("%s neither drops values before their time nor keeps them for ever", async (_, jump) => {
    const net = await createTestnet({ nodes: 12, latency: 5 });
    await net.node(0).put("k", "v");
    const holders = () => net.nodes.filter((node) => node.local("k").length > 0).length;
    const before = holders();
    for (const node of net.nodes) net.jumpClock(node, jump);
    await net.advance("9m");
    expect(holders()).toBe(before);
    await net.advance("2m");
    expect(holders()).toBe(0);
  });

  test("of a putter in the future counts as now at the others, one in the past may cost him his value", async () => {
    const net = await createTestnet({ nodes: 12, latency: 5 });
    net.jumpClock(net.node(0), 86_400_000);
    expect((await net.node(0).put("ahead", "v")).ok).toBe(true);
    const others = net.nodes.slice(1);
    expect(others.some((node) => node.local("ahead").length > 0)).toBe(true);
    await net.advance("11m");
    expect(others.every((node) => node.local("ahead").length === 0)).toBe(true);
  });

  test("does not disturb permanent puts and listens", async () => {
    const net = await createTestnet({ nodes: 12, latency: 5 });
    const listener = net.node(5).listen("k");
    await net.node(0).put("k", "v", { permanent: true });
    for (const [index, node] of net.nodes.entries()) net.jumpClock(node, (index - 6) * 3_600_000);
    await net.advance("2h");
    expect(listener.events.map(({ expired }) => expired)).toEqual([false]);
    expect(await net.node(9).getAll("k")).toHaveLength(1);
  });
});
