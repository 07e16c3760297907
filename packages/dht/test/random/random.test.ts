import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RandomSource, randomBelow, randomId64, SeededRandom, uniform } from "../../src/random/index.ts";

const DRAWS = 100_000;

/** A source that gives these words and then zeros. */
function given(...words: readonly number[]): RandomSource {
  let next = 0;
  return { uint32: () => words[next++] ?? 0, fill: (bytes) => bytes.fill(0) };
}

describe("a seeded source", () => {
  test("repeats itself for a seed, and for no other", () => {
    const draw = (seed: number) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 10 }, () => random.uint32());
    };
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        fc.pre((a | 0) !== (b | 0));
        expect(draw(a)).toEqual(draw(a));
        expect(draw(a)).not.toEqual(draw(b));
      }),
    );
  });

  test("gives whole numbers of 32 bits, each bit as often as not", () => {
    const random = new SeededRandom(42);
    const ones = new Array<number>(32).fill(0);
    for (let i = 0; i < DRAWS; i++) {
      const word = random.uint32();
      for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] ?? 0) + ((word >>> bit) & 1);
    }
    // Six standard deviations of a fair coin; the seed is fixed, so this is no matter of luck.
    for (const count of ones) expect(Math.abs(count - DRAWS / 2)).toBeLessThan(6 * Math.sqrt(DRAWS / 4));
  });

  test("fills bytes evenly", () => {
    const counts = new Array<number>(256).fill(0);
    for (const byte of new SeededRandom(7).fill(new Uint8Array(DRAWS))) counts[byte] = (counts[byte] ?? 0) + 1;
    const expected = DRAWS / 256;
    for (const count of counts) expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected));
  });
});

describe("what is drawn from a source", () => {
  test("uniform numbers are from low on, and below high", () => {
    expect(uniform(given(0), 5, 10)).toBe(5);
    expect(uniform(given(0x8000_0000), 5, 10)).toBe(7.5);
    expect(uniform(given(0xffff_ffff), 5, 10)).toBeLessThan(10);
  });

  test("integers are below their bound", () => {
    expect([
      randomBelow(given(0), 7),
      randomBelow(given(0xffff_ffff), 7),
      randomBelow(given(0xffff_ffff), 2 ** 32),
    ]).toEqual([0, 6, 0xffff_ffff]);
  });

  test("ids have 64 bits and are never 0", () => {
    expect(randomId64(given(1, 2))).toBe((1n << 32n) | 2n);
    expect(randomId64(given(0, 0, 0, 9))).toBe(9n);
    expect(randomId64(given(0xffff_ffff, 0xffff_ffff))).toBe(2n ** 64n - 1n);
  });
});
