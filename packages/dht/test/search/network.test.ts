import { beforeEach, describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { createTestnet, type TestNode, type Testnet } from "../../src/testnet/index.ts";
import { Value } from "../../src/value/index.ts";

const KEY = InfoHash.get("key");

describe("searches in a real network of 24 nodes", () => {
  let net: Testnet;
  /** Nearest to the key first. */
  let byDistance: TestNode[];

  beforeEach(async () => {
    net = await createTestnet({ nodes: 24, seed: 11, settle: "20min" });
    byDistance = [...net.nodes].sort((a, b) => KEY.xorCmp(a.id, b.id));
  });

  const node = (rank: number): TestNode => {
    const found = byDistance[rank];
    if (found === undefined) throw new Error(`there is no node of rank ${rank}`);
    return found;
  };
  const ranksWhere = (holds: (node: TestNode) => boolean) =>
    byDistance.flatMap((candidate, rank) => (candidate.isRunning && holds(candidate) ? [rank] : []));
  const holders = () => ranksWhere((candidate) => candidate.local(KEY).length > 0);
  const listenedAt = () => ranksWhere((candidate) => candidate.dht.storageLog(KEY).includes("Listener"));

  test("a put lands on exactly the eight closest nodes and the putter, and says so", async () => {
    const put = await node(20).put(KEY, "hello");
    expect(put).toMatchObject({ ok: true, asked: 8, acknowledged: 8, refused: 0 });
    expect(put.nodes).toHaveLength(14);
    expect(holders()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 20]);
  });

  test("a get from the far end finds each value once", async () => {
    await node(5).put(KEY, new Value({ id: 1n, data: Uint8Array.of(1) }));
    await node(15).put(KEY, new Value({ id: 2n, data: Uint8Array.of(2) }));
    const get = await node(23).get(KEY);
    expect(get.ok).toBe(true);
    expect(get.nodes).toHaveLength(14);
    expect(get.values.map(({ id }) => id).sort()).toEqual([1n, 2n]);
  });

  test("a listen subscribes at the four closest nodes, and moves on when the first two vanish", async () => {
    const listener = node(23).listen(KEY);
    await node(10).put(KEY, "hello");
    await net.advance("1s");
    expect(listenedAt()).toEqual([0, 1, 2, 3]);
    net.crash([node(0), node(1)]);
    await net.advance("32s");
    expect(listenedAt()).toEqual([2, 3, 4, 5]);
    expect(listener.events.map(({ expired }) => expired)).toEqual([false]);
  });

  test("a permanent value survives the loss of all nodes that held it", async () => {
    await node(20).put(KEY, "hello", { permanent: true });
    net.crash(byDistance.slice(0, 8));
    await net.advance("11min");
    expect(holders()).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 20]);
    expect(await node(23).getAll(KEY)).toHaveLength(1);
  });
});

test("puts and gets succeed in a network that loses a tenth of all datagrams", async () => {
  const net = await createTestnet({ nodes: 24, seed: 12, settle: "20min", loss: 0.1 });
  for (let i = 0; i < 20; i++) {
    const put = await net.node(i).put(`key ${i}`, "hello");
    expect(put.ok).toBe(true);
    expect(await net.node(23 - i).getAll(`key ${i}`)).toHaveLength(1);
  }
});
