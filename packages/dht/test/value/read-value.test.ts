import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { toHex } from "../../src/msgpack/index.ts";
import { Value } from "../../src/value/index.ts";
import { publicKeyPem } from "../../src/value/pem.ts";
import { MAX_OWNER_BYTES } from "../../src/value/read-value.ts";
import { Entries, type Packable, type PackableObject, pack, Raw } from "../wire/pack.ts";

const OWNER = Uint8Array.of(0x30, 1, 2, 3);
const BODY = { type: 0, data: "a" };
const SIGNED_BODY = { seq: 1, owner: OWNER, ...BODY };

const read = (object: Packable) => Value.fromPacked(pack(object));
const readBody = (body: Packable, dat: PackableObject = {}) => read({ id: 1, dat: { body, ...dat } });
const refused = expect.objectContaining({ code: "ERR_UNPACK" });

describe("a packed value", () => {
  test("needs an id and a dat", () => {
    for (const object of [{ id: 1 }, { dat: { body: BODY } }, {}, [], 5, { id: "1", dat: { body: BODY } }]) {
      expect(() => read(object)).toThrow(refused);
    }
  });

  test("may have a 64-bit id, or 0", () => {
    expect(read({ id: 2n ** 64n - 1n, dat: { body: BODY } }).id).toBe(2n ** 64n - 1n);
    expect(read({ id: 0, dat: { body: BODY } }).id).toBe(0n);
  });

  test("needs a body with type and data", () => {
    for (const body of [{ type: 0 }, { data: "a" }, {}, [], "body"]) expect(() => readBody(body)).toThrow(refused);
    expect(() => read({ id: 1, dat: {} })).toThrow(refused);
    expect(() => read({ id: 1, dat: { sig: "x" } })).toThrow(refused);
  });

  test("has a type and a sequence number of 16 bits", () => {
    expect(() => readBody({ type: 65_536, data: "a" })).toThrow(refused);
    expect(() => readBody({ type: new Raw(0xff), data: "a" })).toThrow(refused);
    expect(() => readBody({ ...SIGNED_BODY, seq: 65_536 }, { sig: "s" })).toThrow(refused);
    expect(readBody({ type: 65_535, data: "a" }).type).toBe(65_535);
  });

  test("with an owner needs a sequence number and a signature", () => {
    expect(readBody(SIGNED_BODY, { sig: "s" }).isSigned()).toBe(true);
    expect(() => readBody(SIGNED_BODY)).toThrow(refused);
    expect(() => readBody({ owner: OWNER, ...BODY }, { sig: "s" })).toThrow(refused);
    expect(() => readBody(SIGNED_BODY, { sig: "" })).toThrow(refused);
    expect(() => readBody({ ...SIGNED_BODY, owner: "" }, { sig: "s" })).toThrow(refused);
  });

  test("has an owner's key that somebody could check a signature with", () => {
    const owned = (length: number) => readBody({ ...SIGNED_BODY, owner: new Uint8Array(length) }, { sig: "s" });
    expect(owned(MAX_OWNER_BYTES).isSigned()).toBe(true);
    expect(() => owned(MAX_OWNER_BYTES + 1)).toThrow(refused);
  });

  test("without owner has no use for sequence number, recipient and signature", () => {
    const value = readBody({ seq: 5, to: InfoHash.get("me").bytes, ...BODY }, { sig: "s" });
    expect([value.seq, value.recipient.isZero(), value.signature, value.isSigned()]).toEqual([
      0,
      true,
      undefined,
      false,
    ]);
  });

  test("has a recipient of exactly 20 bytes", () => {
    const body = { ...SIGNED_BODY, to: InfoHash.get("me").bytes };
    expect(readBody(body, { sig: "s" }).recipient.equals(InfoHash.get("me"))).toBe(true);
    expect(() => readBody({ ...body, to: new Uint8Array(19) }, { sig: "s" })).toThrow(refused);
    expect(() => readBody({ ...BODY, to: "me" })).toThrow(refused);
  });

  test("may tell its owner in PEM, which is kept as DER", () => {
    const key = new Uint8Array(100).fill(0x30);
    expect(readBody({ ...SIGNED_BODY, owner: publicKeyPem(key) }, { sig: "s" }).owner).toEqual(key);
  });

  test("may hold its data, signature and owner in any of the forms of binary", () => {
    for (const form of [Uint8Array.of(0x30, 2), new Raw(0xa2, 0x30, 2), [0x30, 2]]) {
      const value = readBody({ seq: 1, owner: form, type: 0, data: form }, { sig: form });
      for (const bytes of [value.data, value.owner, value.signature]) expect(bytes).toEqual(Uint8Array.of(0x30, 2));
      expect(toHex(value.getPacked())).toContain("a464617461c4023002");
    }
  });

  test("is encrypted when dat is bin; then nothing else is known of it", () => {
    const value = read({ id: 1, dat: Uint8Array.of(1, 2), p: 1, pt: "call" });
    expect([value.isEncrypted(), value.priority, value.pushType, value.type]).toEqual([true, 1, "call", 0]);
    expect(() => read({ id: 1, dat: "text" })).toThrow(refused);
  });

  test("may have its entries in any order, and others besides", () => {
    const body = new Entries(["utype", "t"], ["x", 1], ["data", "a"], [5, 5], ["type", 3]);
    const value = read(
      new Entries(["pt", "call"], ["dat", new Entries(["y", []], ["body", body])], ["p", 1], ["id", 9]),
    );
    expect([value.id, value.type, value.userType, value.text(), value.priority]).toEqual([9n, 3, "t", "a", 1]);
  });

  test("of the wrong types is refused", () => {
    for (const bad of [{ p: "1" }, { pt: 1 }, { p: new Raw(0xff) }]) {
      expect(() => read({ id: 1, dat: { body: BODY }, ...bad })).toThrow(refused);
    }
    expect(() => readBody({ ...BODY, utype: 5 })).toThrow(refused);
    expect(() => readBody({ type: 0, data: 5 })).toThrow(refused);
    expect(() => readBody({ type: 0, data: [300] })).toThrow(refused);
  });
});
