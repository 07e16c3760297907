import { describe, expect, test } from "vitest";
import { createTestnet } from "../../src/testnet/index.ts";
import { Value } from "../../src/value/index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("A, on two nodes of which one bootstraps from the other:", () => {
  test("A2: what one puts, the other gets", async () => {
    const net = await createTestnet({ nodes: 2 });
    const hey = Value.pack("hey");
    expect((await net.node(1).put("123", hey)).ok).toBe(true);
    const [first] = await net.node(0).getAll("123");
    expect(first?.data).toEqual(hey.data);
    expect(first?.unpack()).toBe("hey");
  });

  test("A3: the same value put twice, the second time before the first is over, is there once and both puts succeed", async () => {
    const net = await createTestnet({ nodes: 2 });
    const value = new Value({ id: 42n, data: bytes("hey") });
    const puts = await Promise.all([net.node(1).put("456", value), net.node(1).put("456", value)]);
    expect(puts.map(({ ok }) => ok)).toEqual([true, true]);
    expect(await net.node(0).getAll("456")).toEqual([value]);
  });

  test("A4: a put that is overridden while pending fails, the overriding one succeeds, and only its value is seen", async () => {
    const net = await createTestnet({ nodes: 2 });
    const [first, second] = ["hey", "hi"].map((text) => new Value({ id: 42n, data: bytes(text) }));
    if (first === undefined || second === undefined) throw new Error("two values");
    const puts = await Promise.all([net.node(1).put("789", first), net.node(1).put("789", second)]);
    expect(puts.map(({ ok }) => ok)).toEqual([false, true]);
    expect(await net.node(0).getAll("789")).toEqual([second]);
  });

  test("A5: 2048 puts and 2048 gets at the same time all succeed within 30 s", async () => {
    const net = await createTestnet({
      nodes: 2,
      latency: 1,
      config: { maxReqPerSec: -1, maxPeerReqPerSec: -1, maxStoreSize: -1, maxStoreKeys: -1 },
    });
    const start = net.now;
    const rounds = 2048;
    const outcomes = await Promise.all(
      Array.from({ length: rounds }, (_, i) => [
        net.node(0).put(`123${i}`, "v"),
        net.node(0).get(`123${rounds - i - 1}`),
      ]).flat(),
    );
    expect(outcomes).toHaveLength(2 * rounds);
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(net.now - start).toBeLessThan(30_000);
  });
});
