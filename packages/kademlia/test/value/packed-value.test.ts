import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ValueTypeError } from "../../src/errors/index.ts";
import { Reader } from "../../src/msgpack/index.ts";
import { Float, PackedValue, type Value } from "../../src/value/index.ts";
import { bytesOf, hexOf, valueOfTag, vectors } from "../support/vectors.ts";

const packed = (value: Value) => hexOf(PackedValue.pack(value).bytes);

const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.uint8Array(),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.bigInt(2n ** 53n, 2n ** 64n - 1n),
  fc.bigInt(-(2n ** 63n), -(2n ** 53n)),
  fc.maxSafeInteger().map((integer) => new Float(integer)),
);

describe("a value", () => {
  it("comes back with its type and content", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const copy = PackedValue.pack(value).unpack();
        expect(typeof copy === "number" && Number.isNaN(copy) ? "NaN" : packed(copy)).toBe(
          typeof value === "number" && Number.isNaN(value) ? "NaN" : packed(value),
        );
        expect(copy).toEqual(value);
      }),
    );
  });

  it("is written as the library writes it, for each of its kinds", () => {
    const stores = vectors.rpc.filter(({ name }) => name.startsWith("set-"));
    expect(stores).toHaveLength(27);
    for (const { name, request } of stores) {
      const [, args] = "array" in request.payload ? request.payload.array : [];
      const tagged = args && "array" in args ? args.array[2] : undefined;
      if (!tagged) throw new Error(`${name} has no value`);
      expect(request.payload_hex.endsWith(packed(valueOfTag(tagged))), name).toBe(true);
    }
  });

  it("tells 1, 1.0, true, text and bytes apart", () => {
    const forms = new Set([1, new Float(1), true, "1", Uint8Array.of(0x31)].map(packed));
    expect(forms.size).toBe(5);
    expect(packed(new Float(1))).toBe("cb3ff0000000000000");
    expect(packed(1e300)).toMatch(/^cb/);
    expect(packed(-0)).toBe("cb8000000000000000");
  });

  it("is brought into its shortest form when it comes from elsewhere", () => {
    const read = (hex: string) => hexOf(PackedValue.read(new Reader(bytesOf(hex)))?.bytes ?? new Uint8Array());
    expect(read("cf0000000000000001")).toBe("01");
    expect(read("d90161")).toBe("a161");
    expect(read("ca3fc00000")).toBe("cb3ff8000000000000");
  });

  it("keeps a byte order mark", () => {
    expect(PackedValue.pack("\ufeffa").unpack()).toBe("\ufeffa");
  });

  it("is nothing that other implementations stumble over", () => {
    for (const hex of ["c0", "90", "920102", "80", "81a16101", "d4ff01"]) {
      expect(PackedValue.read(new Reader(bytesOf(hex))), hex).toBeUndefined();
    }
    for (const value of [null, undefined, {}, [], () => {}, 2n ** 64n, -(2n ** 63n) - 1n, "\ud800"]) {
      expect(() => PackedValue.pack(value as Value)).toThrow(ValueTypeError); // as callers in plain JavaScript may
    }
  });

  it("calculates, if it is a float without a fraction", () => {
    expect(new Float(2) > new Float(1)).toBe(true);
  });
});
