import { expect, test } from "vitest";
import { VerdictCache } from "../../src/verification/verdict-cache.ts";

test("a verdict cache forgets what was used longest ago", () => {
  const cache = new VerdictCache(2);
  cache.set("a", true);
  cache.set("b", false);
  expect(cache.get("a")).toBe(true);
  cache.set("c", true);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([true, undefined, true]);
  expect(cache.size).toBe(2);
});

test("a verdict cache replaces what it knew", () => {
  const cache = new VerdictCache(2);
  cache.set("a", true);
  cache.set("a", false);
  expect(cache.get("a")).toBe(false);
  expect(cache.size).toBe(1);
});

test("a verdict cache of no capacity remembers nothing", () => {
  const cache = new VerdictCache(0);
  cache.set("a", true);
  expect(cache.get("a")).toBeUndefined();
});
