import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ToldValues } from "../../src/node/operations/told-values.ts";
import { Value } from "../../src/value/index.ts";

const SOURCES = 3;

function value(id: bigint, seq = 0): Value {
  return new Value({ id, seq });
}

describe("what a listener has been told", () => {
  test("is news from the first source, gone with the last one", () => {
    const told = new ToldValues();
    expect([told.add(0, value(1n)), told.add(1, value(1n)), told.add(1, value(1n))]).toEqual([true, false, false]);
    expect([told.remove(2, 1n), told.remove(0, 1n), told.remove(0, 1n), told.remove(1, 1n)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(told.has(1n)).toBe(false);
  });

  test("is news again with a greater sequence number, up to the greatest there is", () => {
    const told = new ToldValues();
    const seqs = [1, 1, 0, 0xfffe, 0xffff, 0xffff];
    expect(seqs.map((seq, index) => told.add(index % SOURCES, value(1n, seq)))).toEqual([
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  test("is kept for each value as if it were the only one", () => {
    const step = fc.record({
      source: fc.nat({ max: SOURCES - 1 }),
      id: fc.bigInt({ min: 1n, max: 3n }),
      seq: fc.nat({ max: 3 }),
      isThere: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const told = new ToldValues();
        const model = new Map<bigint, { seq: number; sources: Set<number> }>();
        for (const { source, id, seq, isThere } of steps) {
          const known = model.get(id);
          if (isThere) {
            expect(told.add(source, value(id, seq))).toBe(known === undefined || seq > known.seq);
            const sources = known?.sources ?? new Set();
            model.set(id, { seq: Math.max(seq, known?.seq ?? 0), sources: sources.add(source) });
          } else {
            const isGone = known?.sources.delete(source) === true && known.sources.size === 0;
            if (isGone) model.delete(id);
            expect(told.remove(source, id)).toBe(isGone);
          }
          expect(told.has(id)).toBe(model.has(id));
        }
      }),
    );
  });
});
