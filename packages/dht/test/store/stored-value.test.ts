import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Value, type ValueInit } from "../../src/value/index.ts";
import { MAX_COMPACT_BYTES } from "../../src/value/kept-value.ts";
import { key, StoreRig } from "./store-rig.ts";

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.uint8Array({ minLength: MAX_COMPACT_BYTES - 1, maxLength: MAX_COMPACT_BYTES + 1 }),
);
const fields: fc.Arbitrary<ValueInit> = fc.record(
  {
    type: fc.constantFrom(0, 700),
    data: bytes,
    userType: fc.constantFrom("", "text/plain"),
    priority: fc.nat({ max: 1 }),
    pushType: fc.constantFrom("", "alert"),
    cypher: bytes,
  },
  { requiredKeys: ["data"] },
);

describe("a value that is held", () => {
  test("comes out as it went in, whatever its form", () => {
    fc.assert(
      fc.property(fields, (init) => {
        const rig = new StoreRig();
        const value = new Value({ id: 1n, ...init });
        rig.put(value);
        expect(rig.store.getById(key, 1n)?.toJSON()).toEqual(value.toJSON());
        expect(rig.store.stats.bytes).toBe(value.size);
      }),
    );
  });

  test.each([1, MAX_COMPACT_BYTES])("isn't changed with the %i bytes that were handed in", (size) => {
    const rig = new StoreRig();
    const data = new Uint8Array(size).fill(0xff);
    rig.put(new Value({ id: 1n, data }));
    data.fill(0);
    expect(rig.store.getById(key, 1n)?.data).toEqual(new Uint8Array(size).fill(0xff));
  });
});
