import { describe, expect, test } from "vitest";
import { createTestnet, type TestNode, type Testnet } from "../../src/testnet/index.ts";
import { Value, ValueTypeRegistry } from "../../src/value/index.ts";

const KILOBYTE = "x".repeat(1024);

function holders(net: Testnet, key: string): TestNode[] {
  return net.nodes.filter((node) => node.isRunning && node.local(key).length > 0);
}

describe("F, networks that live:", () => {
  test("F1: under churn and loss nearly every put succeeds and nothing hangs", async () => {
    const net = await createTestnet({
      nodes: 60,
      seed: 11,
      latency: "internet",
      loss: 0.02,
      churn: { lifetime: "20m", downtime: "1m" },
    });
    let [succeeded, found, rounds] = [0, 0, 0];
    for (let second = 0; second < 600; second += 10) {
      const running = net.nodes.filter((node) => node.status === "connected");
      const [putter, getter] = [running[second % running.length], running[(second * 7 + 3) % running.length]];
      rounds++;
      if ((await putter?.put(`key ${second}`, KILOBYTE))?.ok) succeeded++;
      const got = getter?.isRunning ? await getter.getAll(`key ${second}`) : [];
      if (got.length > 0) found++;
      await net.advance("10s");
    }
    expect(succeeded / rounds).toBeGreaterThan(0.95);
    expect(found / rounds).toBeGreaterThan(0.95);
  });

  test("F2: values survive the orderly replacement of every node that held them", async () => {
    const types = new ValueTypeRegistry();
    types.registerInsecure({ id: 200, name: "lasting", expirationMs: 86_400_000 });
    const net = await createTestnet({
      nodes: 40,
      bootstraps: 40,
      latency: "internet",
      config: { types, maintainStorage: true },
    });
    for (let id = 1n; id <= 3n; id++) await net.node(0).put("k", new Value({ id, type: 200 }));
    const first = holders(net, "k");
    for (const node of first) {
      await node.shutdown();
      net.spawnOne();
      await net.advance("30s");
    }
    const now = holders(net, "k");
    expect(now.some((node) => first.includes(node))).toBe(false);
    expect(now.length).toBeGreaterThanOrEqual(5);
    const asker = net.nodes.findLast((node) => node.isRunning && !now.includes(node));
    expect(await asker?.getAll("k")).toHaveLength(3);
  });

  test("F4: put and get go on succeeding while those who hold the values are shut down around them", async () => {
    const net = await createTestnet({ nodes: 80, latency: "internet", config: { maintainStorage: true } });
    for (let round = 0; round < 4; round++) {
      await net.node(0).getAll("target");
      await net.advance("15s");
      for (let i = 0; i < 3; i++) expect((await net.node(0).put("target", `round ${round}, ${i}`)).ok).toBe(true);
      const texts = (await net.node(1).getAll("target")).map((value) => value.text());
      expect(texts.filter((text) => text.startsWith(`round ${round}`))).toHaveLength(3);
      for (const node of holders(net, "target").filter(({ index }) => index > 1)) await node.shutdown();
    }
  });
});
