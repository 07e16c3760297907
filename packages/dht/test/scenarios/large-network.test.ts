import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { createTestnet } from "../../src/testnet/index.ts";

describe("a thousand nodes on an internet that loses two datagrams in a hundred", () => {
  test("keep finding values while a fifth of them crashes at once and others come and go", async () => {
    const net = await createTestnet({
      nodes: 1000,
      seed: 42,
      loss: 0.02,
      latency: "internet",
      churn: { lifetime: "1h", downtime: "2m", spare: 20 },
    });
    const putter = net.node(0);
    const keys = Array.from({ length: 20 }, (_, index) => `key ${index}`);
    const puts = await Promise.all(keys.map((key) => putter.put(key, key, { permanent: true })));
    expect(puts.every(({ ok }) => ok)).toBe(true);

    net.crash(net.nodes.slice(100, 300));
    const asker = net.node(7);
    const found = async () => {
      const results = await Promise.all(keys.map((key) => asker.getAll(key)));
      return results.filter((values) => values.length === 1).length;
    };
    expect(await found()).toBe(keys.length);
    await net.advance("20m");
    expect(await found()).toBe(keys.length);
  }, 60_000);

  test("take a lookup to the nodes that really are closest", async () => {
    const net = await createTestnet({ nodes: 1000, seed: 7, loss: 0.02, latency: "internet" });
    let hits = 0;
    for (let round = 0; round < 20; round++) {
      const key = InfoHash.get(`key ${round}`);
      const asker = net.node((round * 47) % 1000);
      const closest = net.nodes
        .filter((node) => node !== asker)
        .sort((a, b) => key.xorCmp(a.id, b.id))
        .slice(0, 8);
      const { nodes } = await asker.get(key);
      const asked = new Set(nodes.map(({ id }) => id.toString()));
      hits += closest.filter(({ id }) => asked.has(id.toString())).length;
    }
    expect(hits / (20 * 8)).toBeGreaterThan(0.97);
  }, 60_000);
});
