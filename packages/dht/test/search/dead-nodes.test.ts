// Nodes that have died without a word, as they do when a program is killed: whoever looks for something passes them by.
import { expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { ASK_PATIENCE_MS } from "../../src/search/limits.ts";
import { createTestnet } from "../../src/testnet/index.ts";

const KEY = InfoHash.get("key");
const LATENCY_MS = 10;
const BOOTSTRAPS = 2;

test.each([1, 2, 3, 4, 5, 6])("six of the eight closest nodes are dead (seed %i)", async (seed) => {
  const net = await createTestnet({ nodes: 64, seed, latency: LATENCY_MS, bootstraps: BOOTSTRAPS, settle: "10min" });
  const byDistance = [...net.nodes].sort((a, b) => KEY.xorCmp(a.id, b.id));
  const putter = byDistance.at(-1);
  await putter?.put(KEY, "hello");
  net.crash(byDistance.slice(0, 6).filter(({ index }) => index >= BOOTSTRAPS));
  const [newcomer] = net.spawn(1);
  await newcomer?.connected();

  const begin = net.now;
  let foundAfter = Number.POSITIVE_INFINITY;
  let doneAfter = Number.POSITIVE_INFINITY;
  newcomer?.dht.get(KEY, {
    onValues: () => {
      foundAfter = Math.min(foundAfter, net.now - begin);
    },
    onDone: () => {
      doneAfter = net.now - begin;
    },
  });
  await net.advance("10s");
  expect(foundAfter).toBeLessThan(2 * ASK_PATIENCE_MS + 20 * LATENCY_MS);
  expect(doneAfter).toBeLessThan(2000);
  net.close();
});
