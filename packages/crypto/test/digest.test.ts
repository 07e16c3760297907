import { createHash } from "node:crypto";
import { hash } from "@hashmere/crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hex } from "./vectors.ts";

test("the length asked for chooses the digest and cuts it", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(100), (data, length) => {
      const algorithm = length <= 20 ? "sha1" : length <= 32 ? "sha256" : "sha512";
      expect(hex(hash(data, length))).toBe(
        createHash(algorithm)
          .update(data)
          .digest("hex")
          .slice(0, 2 * length),
      );
    }),
  );
});

test("without a length it gives 64 bytes, and never more", () => {
  expect(hash(new Uint8Array())).toHaveLength(64);
  expect(hash(new Uint8Array(), 1000)).toHaveLength(64);
});

test.each([-1, 1.5, Number.NaN])("a length of %d is a mistake", (length) => {
  expect(() => hash(new Uint8Array(), length)).toThrow(RangeError);
});
