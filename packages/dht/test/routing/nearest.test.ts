import fc from "fast-check";
import { expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { lowerBound, visitNearestFirst } from "../../src/routing/nearest.ts";

/** Ids that share long prefixes as often as not. */
const id = fc
  .tuple(fc.constantFrom(0, 1, -1, 0x40000000), fc.constantFrom(0, 1, 2, 3), fc.integer())
  .map(([a, b, e]) => new InfoHash(a, b, 0, 0, e));

const sortedIds = fc
  .uniqueArray(id, { selector: (each) => each.toString(), maxLength: 60 })
  .map((ids) => ids.sort((a, b) => a.compare(b)).map((each) => ({ id: each })));

test("items are visited in the order of their distance, whatever the target", () => {
  fc.assert(
    fc.property(sortedIds, id, (items, target) => {
      const visited: InfoHash[] = [];
      visitNearestFirst(items, target, (item) => visited.push(item.id) > 0);
      const expected = items.map((item) => item.id).sort((a, b) => target.xorCmp(a, b));
      expect(visited).toEqual(expected);
    }),
  );
});

test("the visit ends as soon as enough is taken", () => {
  fc.assert(
    fc.property(sortedIds, id, fc.integer({ min: 1, max: 10 }), (items, target, count) => {
      let taken = 0;
      visitNearestFirst(items, target, () => ++taken < count);
      expect(taken).toBe(Math.min(count, items.length));
    }),
  );
});

test("the lower bound is where an id is, or would have to be put", () => {
  fc.assert(
    fc.property(sortedIds, id, (items, wanted) => {
      const index = lowerBound(items, wanted);
      expect(items.slice(0, index).every((item) => item.id.compare(wanted) < 0)).toBe(true);
      expect(items.slice(index).every((item) => item.id.compare(wanted) >= 0)).toBe(true);
    }),
  );
});
