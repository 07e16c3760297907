import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messageOffset } from "../../src/cipher/pkcs1-padding.ts";

/** The rule of RFC 8017 §7.2.2, written for reading. */
function plainOffset(block: Uint8Array): number {
  if (block[0] !== 0 || block[1] !== 2) return -1;
  const separator = block.indexOf(0, 2);
  return separator < 10 ? -1 : separator + 1;
}

describe("PKCS#1 v1.5 padding", () => {
  test("is found as the standard says, in blocks of every kind", () => {
    const byte = fc.oneof(fc.constant(0), fc.nat(255));
    const head = fc.oneof(fc.constant([0, 2]), fc.tuple(byte, byte));
    fc.assert(
      fc.property(head, fc.array(byte, { minLength: 20, maxLength: 60 }), (start, rest) => {
        const block = Uint8Array.from([...start, ...rest]);
        expect(messageOffset(block)).toBe(plainOffset(block));
      }),
      { numRuns: 2000 },
    );
  });

  test("may surround an empty message", () => {
    const block = new Uint8Array(256).fill(7);
    block.set([0, 2]);
    block[255] = 0;
    expect(messageOffset(block)).toBe(256);
  });

  test("is wrong without a separator, and with less than eight bytes of padding", () => {
    const block = new Uint8Array(256).fill(7);
    block.set([0, 2]);
    expect(messageOffset(block)).toBe(-1);
    block[9] = 0;
    block[100] = 0;
    expect(messageOffset(block)).toBe(-1);
    block[9] = 1;
    expect(messageOffset(block)).toBe(101);
  });
});
