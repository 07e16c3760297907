// Nodes that have died without a word, as they do when a program is killed: whoever looks for something passes them by.
import { expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { ASK_PATIENCE_MS } from "../../src/search/limits.ts";
import { createTestnet } from "../../src/testnet/index.ts";

const KEY = InfoHash.get("key");
const LATENCY_MS = 10;
const BOOTSTRAPS = 2;

const SEEDS = [1, 2, 3, 4, 5, 6];

/** Six of the eight nodes closest to the key have died just now, and somebody has come who can't know. */
async function networkWithDead(seed: number) {
  const net = await createTestnet({ nodes: 64, seed, latency: LATENCY_MS, bootstraps: BOOTSTRAPS, settle: "10min" });
  const byDistance = [...net.nodes].sort((a, b) => KEY.xorCmp(a.id, b.id));
  await byDistance.at(-1)?.put(KEY, "hello");
  net.crash(byDistance.slice(0, 6).filter(({ index }) => index >= BOOTSTRAPS));
  const newcomer = net.spawnOne();
  await newcomer.connected();
  return { net, byDistance, newcomer };
}

test.each(SEEDS)("what the living hold is found soon (seed %i)", async (seed) => {
  const { net, newcomer } = await networkWithDead(seed);

  const begin = net.now;
  let foundAfter = Number.POSITIVE_INFINITY;
  let doneAfter = Number.POSITIVE_INFINITY;
  newcomer.dht.get(KEY, {
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

test.each(SEEDS)("a permanent value that is urgent is soon said to be there, and is (seed %i)", async (seed) => {
  const { net, byDistance, newcomer } = await networkWithDead(seed);
  const begin = net.now;
  const { ok, value } = await newcomer.put(KEY, "me", { permanent: true, urgent: true });
  expect(ok).toBe(true);
  expect(net.now - begin).toBeLessThan(2 * ASK_PATIENCE_MS + 20 * LATENCY_MS);
  const living = byDistance.filter(({ isRunning }) => isRunning).slice(0, 8);
  const holders = () => living.filter((node) => node.local(KEY).some(({ id }) => id === value.id));
  expect(holders().length).toBeGreaterThanOrEqual(living.length / 2);
  await net.advance("20s");
  expect(holders().length).toBeGreaterThanOrEqual(living.length - 1); // one may be unknown to the newcomer
  net.close();
});
