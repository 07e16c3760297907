import { expect, test } from "vitest";
import { RecentMap } from "../../src/secure/recent-map.ts";

test("a map of bounded size lets go what was not used for longest", () => {
  const map = new RecentMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([1, undefined, 3, 2]);
  map.set("a", 4);
  map.set("d", 5);
  expect([map.get("a"), map.get("c"), map.get("d"), map.size]).toEqual([4, undefined, 5, 2]);
});
