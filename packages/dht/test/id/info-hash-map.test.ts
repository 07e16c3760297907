import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InfoHash, InfoHashMap } from "../../src/id/index.ts";

/** Few ids, so that what is done to one is soon done to it again. */
const id = fc.nat({ max: 12 }).map((number) => InfoHash.get(`${number}`));
const operation = fc.oneof(
  fc.record({ kind: fc.constant("set"), id, value: fc.nat() }),
  fc.record({ kind: fc.constant("delete"), id, value: fc.constant(0) }),
);

describe("an InfoHashMap", () => {
  test("does what a Map keyed by text does, order included", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), fc.integer(), (operations, salt) => {
        const map = new InfoHashMap<number>(salt);
        const model = new Map<string, number>();
        for (const { kind, id, value } of operations) {
          if (kind === "set") {
            map.set(id, value);
            model.set(`${id}`, value);
          } else expect(map.delete(id)).toBe(model.delete(`${id}`));
          expect([map.get(id), map.has(id), map.size]).toEqual([model.get(`${id}`), model.has(`${id}`), model.size]);
        }
        expect([...map].map(([key, value]) => [`${key}`, value])).toEqual([...model]);
        expect([...map.keys()].map(String)).toEqual([...model.keys()]);
        expect([...map.values()]).toEqual([...model.values()]);
        map.clear();
        expect([map.size, [...map.entries()]]).toEqual([0, []]);
      }),
    );
  });

  test("tells ids apart that share a slot", () => {
    // Only the first, second and last word choose the slot: these share one, and stay apart all the same.
    const twins = Array.from({ length: 20 }, (_, index) => new InfoHash(1, 2, index, index, 3));
    const map = new InfoHashMap<number>();
    for (const [index, twin] of twins.entries()) map.set(twin, index);
    expect(twins.map((twin) => map.get(twin))).toEqual(twins.map((_, index) => index));
    for (const twin of twins.filter((_, index) => index % 2 === 0)) map.delete(twin);
    expect(twins.map((twin) => map.has(twin))).toEqual(twins.map((_, index) => index % 2 === 1));
  });

  test("may lose entries while it is walked through", () => {
    const map = new InfoHashMap<number>();
    for (let i = 0; i < 10; i++) map.set(InfoHash.get(`${i}`), i);
    const seen: number[] = [];
    for (const [key, value] of map) {
      seen.push(value);
      map.delete(key);
    }
    expect([seen, map.size]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0]);
  });
});
