import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { ID_BITS, NodeId } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/seeded-random.ts";

const anyId = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => NodeId.from(bytes));

describe("a node id", () => {
  it("is 20 bytes and nothing else", () => {
    expect(() => NodeId.from(new Uint8Array(19))).toThrow(InvalidArgumentError);
    expect(() => NodeId.fromHex("zz".repeat(20))).toThrow(InvalidArgumentError);
    expect(NodeId.fromHex("0a".repeat(20)).hex).toBe("0a".repeat(20));
  });

  it("keeps a copy of its bytes, also of those of a Buffer", () => {
    const bytes = Buffer.alloc(20, 1);
    const id = NodeId.from(bytes);
    bytes.fill(2);
    expect(id.hex).toBe("01".repeat(20));
  });

  it("compares distances as the XOR of big-endian numbers does", () => {
    fc.assert(
      fc.property(anyId, anyId, anyId, (target, a, b) => {
        const expected = target.distanceTo(a) - target.distanceTo(b);
        const order = target.compareDistance(a, b);
        return expected === 0n ? order === 0 : order < 0 === expected < 0n;
      }),
    );
  });

  it("counts the leading bits that two ids share", () => {
    fc.assert(
      fc.property(anyId, fc.nat(ID_BITS - 1), (id, index) => id.commonBits(id.withBitFlipped(index)) === index),
    );
    expect(NodeId.fromHex("00".repeat(20)).commonBits(NodeId.fromHex("00".repeat(20)))).toBe(ID_BITS);
  });

  it("draws random ids within a range given by a prefix", () => {
    const random = new SeededRandom(7);
    fc.assert(
      fc.property(anyId, fc.nat(ID_BITS), (id, bits) => id.randomWithSamePrefix(bits, random).commonBits(id) >= bits),
    );
  });
});
