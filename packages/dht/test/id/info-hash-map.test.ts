import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InfoHash, InfoHashMap } from "../../src/id/index.ts";
import { SlotHash } from "../../src/id/slot-hash.ts";

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
    const slots = new SlotHash(0);
    const bySlot = new Map<number, InfoHash>();
    const twins: InfoHash[] = [];
    // Among a hundred thousand ids and 2^31 slots, some pairs meet by chance.
    for (let number = 0; number < 100_000; number++) {
      const id = InfoHash.get(`${number}`);
      const other = bySlot.get(slots.of(id));
      if (other !== undefined) twins.push(id, other);
      bySlot.set(slots.of(id), id);
    }
    expect(twins.length).toBeGreaterThan(0);
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

  test("may grow while it is walked through: what was there and is left is met once, in order", () => {
    const map = new InfoHashMap<number>();
    for (let i = 0; i < 10; i++) map.set(InfoHash.get(`${i}`), i);
    const seen: number[] = [];
    for (const [, value] of map) {
      if (value < 10) seen.push(value);
      if (value < 5) map.delete(InfoHash.get(`${9 - value}`));
      for (let i = 0; i < 10 && value < 5; i++) map.set(InfoHash.get(`new ${value} ${i}`), 10);
    }
    expect([seen, map.size]).toEqual([[0, 1, 2, 3, 4], 55]);
  });

  test("uses the places of deleted entries again, and keeps the order", () => {
    const map = new InfoHashMap<number>();
    for (let i = 0; i < 10_000; i++) {
      map.set(InfoHash.get(`${i}`), i);
      if (i >= 20) map.delete(InfoHash.get(`${i - 20}`));
    }
    expect([...map.values()]).toEqual(Array.from({ length: 20 }, (_, i) => 9980 + i));
  });
});

describe("the slot of an id", () => {
  const words = [1, 2, 3, 4, 5];
  const idOf = (word: number, value: number) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = words.with(word, value);
    return new InfoHash(a, b, c, d, e);
  };

  test.each([0, 1, 2, 3, 4])("depends on word %i: ids that differ there alone are spread", (word) => {
    const slots = new SlotHash(7);
    for (const shift of [0, 8, 16, 22]) {
      const used = new Set(Array.from({ length: 1024 }, (_, value) => slots.of(idOf(word, value << shift))));
      expect(used.size).toBeGreaterThan(1020);
    }
  });

  test("can't be foreseen: ids that fall together under one salt are apart under others", () => {
    const slots = new SlotHash(1);
    const bySlot = new Map<number, InfoHash>();
    const pairs: [InfoHash, InfoHash][] = [];
    for (let number = 0; pairs.length < 3; number++) {
      const id = InfoHash.get(`${number}`);
      const other = bySlot.get(slots.of(id));
      if (other !== undefined) pairs.push([id, other]);
      bySlot.set(slots.of(id), id);
    }
    for (let salt = 2; salt < 1000; salt++) {
      const others = new SlotHash(salt);
      for (const [one, two] of pairs) expect(others.of(one)).not.toBe(others.of(two));
    }
  });
});
