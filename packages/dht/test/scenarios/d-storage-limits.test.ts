import { describe, expect, test } from "vitest";
import { createTestnet, Testnet } from "../../src/testnet/index.ts";

const KILOBYTE = "x".repeat(1024);
const tenKilobytes = 10 * 1024;

describe("D, with values of 1024 bytes:", () => {
  test("D1: a node holds no more for others than it is told to, and their puts are acknowledged all the same", async () => {
    const net = await createTestnet({
      nodes: 2,
      config: (index) => (index === 0 ? { maxStoreSize: tenKilobytes } : {}),
    });
    const puts = await Promise.all(Array.from({ length: 20 }, () => net.node(1).put("k", KILOBYTE)));
    expect(puts.every(({ ok }) => ok)).toBe(true);
    await net.advance("2s");
    const { storageSize, storageValues } = net.node(0).dht.info();
    expect(storageSize).toBeLessThanOrEqual(tenKilobytes);
    expect(storageValues).toBe(10);
  });

  test("D2: a lone node with a local limit keeps what fits, and every put comes to an end", async () => {
    const net = new Testnet({ config: { maxLocalStoreSize: tenKilobytes } });
    const node = net.spawnOne();
    const puts = await Promise.all(Array.from({ length: 20 }, (_, i) => node.put(`k${i}`, KILOBYTE)));
    expect(puts.map(({ ok }) => ok)).toEqual(Array(20).fill(false));
    const { localStorageSize, storageValues } = node.dht.info();
    expect(localStorageSize).toBeLessThanOrEqual(tenKilobytes);
    expect(storageValues).toBe(10);
  });

  test("D3: others' values in the way don't hurt our own", async () => {
    const net = await createTestnet({ nodes: 2, config: (index) => (index === 0 ? { maxStoreSize: 1024 } : {}) });
    for (let i = 0; i < 5; i++) await net.node(1).put("k", KILOBYTE);
    for (let i = 0; i < 10; i++) {
      expect((await net.node(0).put(`own ${i}`, KILOBYTE)).ok).toBe(true);
      expect(await net.node(0).getAll(`own ${i}`)).toHaveLength(1);
    }
  });

  test("D4: our own values in the way don't hurt others'", async () => {
    const net = await createTestnet({ nodes: 2, config: (index) => (index === 0 ? { maxLocalStoreSize: 1024 } : {}) });
    for (let i = 0; i < 5; i++) await net.node(0).put(`own ${i}`, KILOBYTE);
    for (let i = 0; i < 10; i++) expect((await net.node(1).put("k", KILOBYTE)).ok).toBe(true);
    expect((await net.node(0).getAll("k")).length).toBeGreaterThanOrEqual(1);
  });
});
