import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Hash, InfoHash, PkId } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/index.ts";

const hash = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => InfoHash.fromBytes(bytes));
const longId = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => PkId.fromBytes(bytes));

/** The distance as one large integer: the slow and obvious way. */
const distance = (a: Hash, b: Hash) => BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
const binary = (id: Hash) =>
  BigInt(`0x${id}`)
    .toString(2)
    .padStart(id.wordCount * 32, "0");

describe("an InfoHash", () => {
  test("is the SHA-1 of bytes, of UTF-8 text, or of another hash's bytes", () => {
    expect(`${InfoHash.get("hello")}`).toBe("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
    expect(InfoHash.get(new TextEncoder().encode("hello")).equals(InfoHash.get("hello"))).toBe(true);
    const id = PkId.get("key");
    expect(InfoHash.get(id).equals(InfoHash.get(id.bytes))).toBe(true);
  });

  test("is its bytes and its text, back and forth", () => {
    fc.assert(
      fc.property(hash, (id) => {
        expect(InfoHash.fromBytes(id.bytes).equals(id)).toBe(true);
        expect(InfoHash.fromHex(`${id}`).equals(id)).toBe(true);
        expect(InfoHash.tryFromHex(`${id}`.toUpperCase()).equals(id)).toBe(true);
        expect(JSON.stringify({ id })).toBe(`{"id":"${id}"}`);
      }),
    );
  });

  test("from too few bytes is zero; from more, the first 20 at the offset count", () => {
    expect(InfoHash.fromBytes(new Uint8Array(19).fill(1)).isZero()).toBe(true);
    const bytes = Uint8Array.from({ length: 30 }, (_, index) => index);
    expect(InfoHash.fromBytes(bytes, 5).bytes).toEqual(bytes.slice(5, 25));
    expect(InfoHash.fromBytes(bytes, 11).isZero()).toBe(true);
  });

  test("from text that isn't exactly 40 hexadecimal digits is refused, or zero where OpenDHT says so", () => {
    const good = "9bceabf6ad2a605ea08c2978036f291387615d40";
    for (const bad of ["", "abcd", good.slice(1), good.replace("9", "g"), `${good}0`, ` ${good.slice(1)}`]) {
      expect(() => InfoHash.fromHex(bad)).toThrow(TypeError);
    }
    expect(InfoHash.tryFromHex(good.slice(1)).isZero()).toBe(true);
    expect(InfoHash.tryFromHex(good.replace("9", "g")).isZero()).toBe(true);
    expect(`${InfoHash.tryFromHex(`${good}zzz`)}`).toBe(good);
  });

  test("is drawn from the source that is handed in", () => {
    expect(InfoHash.random(new SeededRandom(1)).equals(InfoHash.random(new SeededRandom(1)))).toBe(true);
    expect(InfoHash.random(new SeededRandom(1)).equals(InfoHash.random(new SeededRandom(2)))).toBe(false);
  });

  test("gives no words beyond its own", () => {
    const id = new InfoHash(1, 2, 3, 4, 5);
    expect([0, 1, 2, 3, 4, 5].map((index) => id.word(index))).toEqual([1, 2, 3, 4, 5, 0]);
  });
});

describe.each([
  ["InfoHash", hash],
  ["PkId", longId],
] as const)("the metric of %s", (_, id) => {
  test("compares distances as integers", () => {
    fc.assert(
      fc.property(id, id, id, (own, a, b) => {
        const difference = distance(own, a) - distance(own, b);
        expect(own.xorCmp(a, b)).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
        expect(own.xorCmp(a, a)).toBe(0);
        expect(own.xorCmp(own, a)).toBe(own.equals(a) ? 0 : -1);
      }),
    );
  });

  test("orders ids as their texts", () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(a.compare(b)).toBe(`${a}` < `${b}` ? -1 : `${a}` > `${b}` ? 1 : 0);
        expect(a.equals(b)).toBe(`${a}` === `${b}`);
      }),
    );
  });

  test("counts common bits from the front", () => {
    fc.assert(
      fc.property(id, fc.nat({ max: 159 }), (a, index) => {
        const b = a.withBit(index, !a.getBit(index));
        expect(Hash.commonBits(a, b)).toBe(index);
        expect(Hash.commonBits(a, a)).toBe(a.wordCount * 32);
      }),
    );
  });

  test("numbers bits from the most significant", () => {
    fc.assert(
      fc.property(id, fc.nat({ max: 159 }), fc.boolean(), (a, index, value) => {
        expect(a.getBit(index)).toBe(binary(a)[index] === "1");
        expect(a.lowbit()).toBe(binary(a).lastIndexOf("1"));
        const changed = a.withBit(index, value);
        const bits = binary(a);
        expect(binary(changed)).toBe(`${bits.slice(0, index)}${value ? 1 : 0}${bits.slice(index + 1)}`);
      }),
    );
  });

  test("places ids on a ring", () => {
    fc.assert(
      fc.property(id, (a) => {
        const expected = Number(BigInt(`0x${`${a}`.slice(0, 14)}`)) / 2 ** 56;
        expect(a.toFloat()).toBeCloseTo(expected, 12);
      }),
    );
  });
});

test("the zero hash is none", () => {
  expect([InfoHash.zero.isZero(), InfoHash.zero.lowbit(), `${InfoHash.zero}`]).toEqual([true, -1, "0".repeat(40)]);
  expect([PkId.zero.isZero(), PkId.zero.lowbit(), `${PkId.zero}`]).toEqual([true, -1, "0".repeat(64)]);
  fc.assert(
    fc.property(hash, (id) => {
      expect(id.xor(id).isZero()).toBe(true);
      expect(id.isZero()).toBe(`${id}` === "0".repeat(40));
    }),
  );
});

describe("a PkId", () => {
  test("is the SHA-256, with text and bytes back and forth", () => {
    expect(`${PkId.get("hello")}`).toBe("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    fc.assert(
      fc.property(longId, (id) => {
        expect(PkId.fromBytes(id.bytes).equals(id)).toBe(true);
        expect(PkId.fromHex(`${id}`).equals(id)).toBe(true);
        expect(id.xor(id).isZero()).toBe(true);
      }),
    );
  });

  test("is never equal to an InfoHash, nor read from less than it needs", () => {
    expect(PkId.zero.equals(InfoHash.zero)).toBe(false);
    expect(InfoHash.zero.equals(PkId.zero)).toBe(false);
    expect(InfoHash.zero.compare(PkId.zero)).toBe(-1);
    expect(PkId.fromBytes(new Uint8Array(31).fill(1)).isZero()).toBe(true);
    expect(PkId.tryFromHex("abcd").isZero()).toBe(true);
    expect(() => PkId.fromHex("abcd")).toThrow(TypeError);
    expect(PkId.random(new SeededRandom(1)).equals(PkId.random(new SeededRandom(1)))).toBe(true);
  });
});
