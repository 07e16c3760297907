import { describe, expect, test } from "vitest";
import { createTestnet, Testnet } from "../../src/testnet/index.ts";

describe("E, as the Python unit tests have it:", () => {
  test("E1: nodes that are made and dropped leave nothing behind", async () => {
    const net = new Testnet();
    for (let i = 0; i < 10; i++) net.crash(net.spawnOne());
    await net.advance("1m");
    expect(net.scheduler.pending).toBe(0);
  });

  test("E2: one node pings the other's address", async () => {
    const net = await createTestnet({ nodes: 2 });
    expect(await net.node(1).ping(net.node(0).address)).toBe(true);
  });
});
