import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { toHex } from "../../src/msgpack/index.ts";
import { packedValueSize, Value } from "../../src/value/index.ts";
import { value as anyValue, bytes, uint64, visible } from "./arbitraries.ts";

const OWNER = Uint8Array.of(0x30, 1, 2, 3);
const SIGNATURE = Uint8Array.of(9, 9);
const SIGNED = { owner: OWNER, signature: SIGNATURE, seq: 4 };
const DATA = Uint8Array.of(1, 2, 3);

describe("a value", () => {
  test("made of bytes alone is user data without id", () => {
    const value = new Value(DATA);
    expect(visible(value)).toEqual({
      ...{ id: 0n, type: 0, data: DATA, userType: "", priority: 0, pushType: "", seq: 0 },
      ...{ owner: undefined, recipient: `${InfoHash.zero}`, signature: undefined, cypher: undefined },
    });
    expect([value.ownerId, value.isSigned(), value.isEncrypted()]).toEqual([undefined, false, false]);
  });

  test("packed from an object holds what a C++ program would", () => {
    expect(toHex(Value.pack("hey").data)).toBe("a3686579");
    expect(toHex(Value.pack(2 ** 40).data)).toBe("cf0000010000000000");
    expect(toHex(Value.pack([5n, 2n ** 40n, -1n]).data)).toBe("9305cf0000010000000000ff");
    expect(Value.pack({ a: [1, "b"] }, { id: 7n }).unpack()).toEqual({ a: [1, "b"] });
    expect(Value.pack("hey", { id: 7n }).id).toBe(7n);
  });

  test("refuses numbers that don't fit", () => {
    const misfits = [{ id: -1n }, { id: 2n ** 64n }, { type: 65_536 }, { type: -1 }, { type: 1.5 }, { seq: 65_536 }];
    for (const init of misfits) expect(() => new Value(init)).toThrow(RangeError);
    expect(() => new Value({ priority: -1 })).toThrow(/priority -1 must be an integer in 0 …/);
  });

  test("takes empty owners, signatures and cyphers for none", () => {
    const empty = new Uint8Array(0);
    const value = new Value({ owner: empty, signature: empty, cypher: empty });
    expect([value.owner, value.signature, value.cypher]).toEqual([undefined, undefined, undefined]);
  });

  test("has a size that quotas count: cypher, data, signature, user type and push type", () => {
    expect(new Value({ data: DATA, userType: "é", pushType: "abc", ...SIGNED }).size).toBe(3 + 2 + 3 + 2);
    expect(new Value({ cypher: new Uint8Array(100), pushType: "abc" }).size).toBe(103);
  });

  test("knows its owner by the hash of the key", () => {
    expect(new Value(SIGNED).ownerId?.equals(InfoHash.get(OWNER))).toBe(true);
  });

  test("is copied with another id or other data, and nothing else", () => {
    fc.assert(
      fc.property(anyValue, uint64, bytes(), (value, id, data) => {
        expect(visible(value.withId(id))).toEqual({ ...visible(value), id });
        expect(visible(value.withData(data))).toEqual({ ...visible(value), data });
      }),
    );
  });

  test("says its data as text", () => {
    expect(new Value(new TextEncoder().encode("grüße")).text()).toBe("grüße");
  });
});

describe("equality", () => {
  const value = new Value({ id: 1n, data: DATA, userType: "t", ...SIGNED });

  test("is of id and content; content is owner, type, data, user type and signature", () => {
    expect(value.equals(new Value({ id: 1n, data: Uint8Array.from(DATA), userType: "t", ...SIGNED }))).toBe(true);
    expect(value.equals(value.withId(2n))).toBe(false);
    expect(value.contentEquals(value.withId(2n))).toBe(true);
    const changes = [{ data: OWNER }, { type: 3 }, { userType: "" }, { owner: DATA }, { signature: DATA }];
    const base = { id: 1n, data: DATA, userType: "t", ...SIGNED };
    for (const change of changes) expect(value.equals(new Value({ ...base, ...change }))).toBe(false);
  });

  test("doesn't ask for sequence number, recipient, priority or push type", () => {
    const other = { seq: 9, recipient: InfoHash.get("me"), priority: 1, pushType: "x" };
    expect(value.equals(new Value({ id: 1n, data: DATA, userType: "t", ...SIGNED, ...other }))).toBe(true);
  });

  test("of encrypted values is that of their cyphers", () => {
    const encrypted = new Value({ id: 1n, cypher: DATA });
    expect(encrypted.equals(new Value({ id: 1n, cypher: Uint8Array.from(DATA) }))).toBe(true);
    expect(encrypted.equals(new Value({ id: 1n, cypher: OWNER }))).toBe(false);
    expect(encrypted.equals(new Value({ id: 1n }))).toBe(false);
  });
});

describe("packing", () => {
  test("is undone by unpacking", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const packed = value.getPacked();
        expect(visible(Value.fromPacked(packed))).toEqual(visible(value));
        expect(packedValueSize(value)).toBe(packed.length);
        expect(packed.buffer.byteLength).toBe(packed.length);
      }),
      { numRuns: 1000 },
    );
  });

  test("writes what is signed, and what is encrypted for somebody, as parts of itself", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const packed = toHex(value.getPacked());
        if (!value.isEncrypted()) expect(packed).toContain(toHex(value.getToSign()));
        expect(packed).toContain(toHex(value.getToEncrypt()));
      }),
    );
  });

  test("leaves out the recipient of a value without owner", () => {
    expect(toHex(new Value({ recipient: InfoHash.get("me") }).getToSign())).toBe("82a47479706500a464617461c400");
  });

  test("of a decrypted value takes the outer fields from around the cypher", () => {
    const inner = new Value({ id: 99n, data: DATA, ...SIGNED, recipient: InfoHash.get("me") });
    const outer = new Value({ id: 5n, cypher: DATA, priority: 1, pushType: "call" });
    const decrypted = Value.fromDecrypted(inner.getToEncrypt(), outer);
    expect(visible(decrypted)).toEqual({ ...visible(inner), id: 5n, priority: 1, pushType: "call" });
    expect(() => Value.fromDecrypted(DATA, outer)).toThrow(expect.objectContaining({ code: "ERR_UNPACK" }));
    expect(() => Value.fromDecrypted(outer.getToEncrypt(), outer)).toThrow(/hold no value/);
  });
});

test("unpacking what is no MessagePack fails with a sentence", () => {
  expect(() => new Value(Uint8Array.of(0xc1)).unpack()).toThrow(expect.objectContaining({ code: "ERR_UNPACK" }));
});
