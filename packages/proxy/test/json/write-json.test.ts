import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonLine, Real, readJson, writeJson } from "../../src/json/index.ts";

describe("the writer", () => {
  test("sorts members and writes no space", () => {
    expect(jsonLine({ b: [1, { d: null, c: true }], a: "x", gone: undefined })).toBe(
      '{"a":"x","b":[1,{"c":true,"d":null}]}\n',
    );
  });

  test("writes ASCII only, escaped as the real proxy does", () => {
    expect(writeJson('"\\/\b\f\n\r\t\u0001\u001fé€😀')).toBe(
      '"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\\u00e9\\u20ac\\ud83d\\ude00"',
    );
  });

  test("shows reals with a decimal point", () => {
    expect(writeJson([new Real(0), new Real(0.625), 3])).toBe("[0.0,0.625,3]");
  });

  test("is undone by the reader", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "binary" }), fc.oneof(fc.string({ unit: "binary" }), fc.bigInt())),
        (json) => {
          const back = readJson(writeJson(json));
          expect(writeJson(back)).toBe(writeJson(json));
        },
      ),
    );
  });
});
