import { expect, test } from "vitest";
import { Prefix } from "../../src/pht/index.ts";
import { CACHED_LEAF_LIFE_MS, LeafCache, MAX_CACHED_LEAVES } from "../../src/pht/leaf-cache.ts";

const key = new Prefix(Uint8Array.of(0xff, 0xa5, 0xc3), 24);

test("a cache knows how deep the tree is along a key", () => {
  const cache = new LeafCache();
  expect(cache.depthAlong(key, 0)).toBeUndefined();
  cache.add(key.first(5), 0);
  expect(cache.depthAlong(key, 0)).toBe(5);
  expect(cache.depthAlong(key.first(3), 0)).toBe(3);
  expect(cache.depthAlong(new Prefix(Uint8Array.of(0xf0), 8), 0)).toBe(4);
  expect(cache.depthAlong(new Prefix(Uint8Array.of(0), 8), 0)).toBe(0);
});

test("what was not used for five minutes is forgotten", () => {
  const cache = new LeafCache();
  cache.add(key.first(5), 0);
  expect(cache.depthAlong(key, CACHED_LEAF_LIFE_MS)).toBe(5);
  expect(cache.depthAlong(key, 2 * CACHED_LEAF_LIFE_MS)).toBe(5);
  expect(cache.depthAlong(key, 3 * CACHED_LEAF_LIFE_MS + 1)).toBeUndefined();
});

test(`no more than ${MAX_CACHED_LEAVES} leaves are remembered`, () => {
  const cache = new LeafCache();
  for (let i = 0; i <= MAX_CACHED_LEAVES; i++) cache.add(new Prefix(Uint8Array.of(i >> 8, i), 16), 0);
  cache.add(new Prefix(Uint8Array.of(0, 1), 16), 0);
  expect(cache.size).toBe(MAX_CACHED_LEAVES);
});
