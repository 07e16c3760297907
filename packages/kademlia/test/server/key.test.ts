import { describe, expect, it } from "vitest";
import { digest } from "../../src/server/index.ts";
import { Float } from "../../src/value/index.ts";
import { type Tagged, valueOfTag, vectors } from "../support/vectors.ts";

const keyOf = (tagged: Tagged) => ("nil" in tagged ? null : valueOfTag(tagged));

describe("the digest of a key", () => {
  it.each(vectors.key_digests)("of $key is the library's", ({ key, digest: expected }) => {
    expect(digest(keyOf(key)).hex).toBe(expected);
  });

  it("is that of the text that Python prints", () => {
    const cases: readonly [number | Float | bigint | boolean, string][] = [
      [new Float(1e15), "1000000000000000.0"],
      [1e16, "1e+16"],
      [123_456_789_012_345_680, "1.2345678901234568e+17"],
      [0.0001, "0.0001"],
      [0.00012345, "0.00012345"],
      [0.00001, "1e-05"],
      [1.5e-7, "1.5e-07"],
      [-0, "-0.0"],
      [-1e-300, "-1e-300"],
      [0.1, "0.1"],
      [-123.456, "-123.456"],
      [Number.NaN, "nan"],
      [Number.NEGATIVE_INFINITY, "-inf"],
      [2n ** 64n, "18446744073709551616"],
      [false, "False"],
      [7, "7"],
    ];
    for (const [key, text] of cases) expect(digest(key).hex, text).toBe(digest(text).hex);
  });
});
