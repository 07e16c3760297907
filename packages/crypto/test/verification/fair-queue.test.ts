import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FairQueue } from "../../src/verification/fair-queue.ts";

const drain = (queue: FairQueue<string>) => {
  const items: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
};

describe("a fair queue", () => {
  test("takes turns between sources, in order within each", () => {
    const queue = new FairQueue<string>(10, 10);
    for (const item of ["a1", "a2", "a3", "b1", "c1", "c2"]) queue.push(item.charAt(0), item);
    expect(drain(queue)).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
  });

  test("has a share for each source, and an end", () => {
    const queue = new FairQueue<string>(3, 2);
    expect(["a1", "a2", "a3"].map((item) => queue.push("a", item))).toEqual([true, true, false]);
    expect(queue.push("b", "b1")).toBe(true);
    expect(queue.push("c", "c1")).toBe(false);
    expect(drain(queue)).toEqual(["a1", "b1", "a2"]);
    expect(queue.push("c", "c1")).toBe(true);
  });

  test("loses nothing that it took, and counts right", () => {
    const step = fc.oneof(fc.constantFrom("a", "b", "c"), fc.constant(undefined));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const queue = new FairQueue<number>(8, 4);
        const inside = new Set<number>();
        for (const [index, source] of steps.entries()) {
          if (source === undefined) {
            const item = queue.shift();
            expect(item === undefined ? inside.size === 0 : inside.delete(item)).toBe(true);
          } else if (queue.push(source, index)) inside.add(index);
          expect(queue.size).toBe(inside.size);
          expect(queue.size).toBeLessThanOrEqual(8);
        }
      }),
    );
  });
});
