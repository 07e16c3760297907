import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonSyntaxError, MAX_JSON_DEPTH, MAX_NUMBER_LENGTH, readJson } from "../../src/json/index.ts";

describe("the reader", () => {
  test("agrees with JSON.parse on everything that is JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (json, space) => {
        const text = JSON.stringify(json, null, space);
        const asDouble = (_: string, read: unknown) => (typeof read === "bigint" ? Number(read) : read);
        expect(JSON.stringify(readJson(text), asDouble)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test("never fails but with its own error, and never hangs", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\/*tfn-1.eu0 \n'.split("")) }), (text) => {
        try {
          readJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonSyntaxError);
        }
      }),
    );
  });

  test("passes over comments, trailing commas, a byte order mark and what follows the first value", () => {
    expect(readJson('// c\n/* a */ {"a": [1, 2,], /*,*/ } trailing')).toEqual({ a: [1, 2] });
    expect(readJson("\uFEFF3")).toBe(3);
  });

  test("keeps integers exactly", () => {
    expect(readJson("18446744073709551615")).toBe(18446744073709551615n);
    expect(readJson("-9007199254740993")).toBe(-9007199254740993n);
    expect(readJson("9007199254740991")).toBe(9007199254740991);
  });

  test("reads escapes, surrogate pairs and raw control characters", () => {
    expect(readJson('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\n"')).toBe('"\\/\b\f\n\r\té😀\n');
    expect(readJson('"a\\\\"')).toBe("a\\");
  });

  test("takes the last of equal members, whatever their name", () => {
    expect(readJson('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(Object.keys(readJson('{"__proto__":1}') as object)).toEqual(["__proto__"]);
  });

  test.each([
    "",
    "{",
    "{bad",
    "{'a':1}",
    '{"a"}',
    '{"a" 1}',
    '{"a":1 "b":2}',
    "[1 2]",
    '"open',
    '"\\x"',
    "tru",
    "nul",
    "-",
    "]",
    "/* open",
  ])("refuses %j", (text) => {
    expect(() => readJson(text)).toThrow(JsonSyntaxError);
  });

  test("refuses numbers beyond its limit instead of working them out for long", () => {
    const digits = "9".repeat(MAX_NUMBER_LENGTH);
    expect(readJson(`[${digits}]`)).toEqual([BigInt(digits)]);
    expect(() => readJson(`[${digits}9]`)).toThrow(JsonSyntaxError);
  });

  test("refuses nesting beyond its limit instead of running out of stack", () => {
    expect(() => readJson("[".repeat(MAX_JSON_DEPTH + 1) + "]".repeat(MAX_JSON_DEPTH + 1))).not.toThrow();
    expect(() => readJson("[".repeat(1_000_000))).toThrow(/too deeply/);
  });
});
