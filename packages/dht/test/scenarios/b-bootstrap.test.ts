import { describe, expect, test } from "vitest";
import type { NodeStatus } from "../../src/node/index.ts";
import { createTestnet, Testnet } from "../../src/testnet/index.ts";

describe("B, joining and leaving:", () => {
  test("B1: connecting is reported before connected", async () => {
    const statuses: NodeStatus[] = [];
    const events = { onStatus: (status4: NodeStatus) => statuses.push(status4) };
    await createTestnet({ nodes: 2, config: (index) => (index === 1 ? { events } : {}) });
    expect(statuses).toEqual(["connecting", "connected"]);
  });

  test("B2: a put at the moment of connection succeeds, and the bootstrap node gets the value", async () => {
    const net = new Testnet({ latency: "internet" });
    const [first, second] = net.spawn(2);
    await second?.connected();
    expect((await second?.put("k", "v"))?.ok).toBe(true);
    expect(await first?.getAll("k")).toHaveLength(1);
  });

  test("B3: a shutdown with a pending put and a dead bootstrap host is over at once", async () => {
    const net = new Testnet();
    const node = net.spawnOne();
    node.dht.addBootstrap("10.200.0.1", 4222);
    const put = node.put("k", "v");
    const start = net.now;
    await node.shutdown({ stop: true });
    expect((await put)?.ok).toBe(false);
    expect(net.now - start).toBeLessThan(5000);
  });
});
