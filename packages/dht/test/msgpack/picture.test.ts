import { encode } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import { describePacked } from "../../src/msgpack/index.ts";
import { fromHex } from "../wire/captured/load.ts";

const picture = (hex: string) => describePacked(fromHex(hex));

test("plain objects are drawn as they are, in their order", () => {
  const object = { z: 1, a: [true, false, null, "text", -5, 1.5], m: { x: {} } };
  expect(JSON.stringify(describePacked(encode(object)))).toBe(JSON.stringify(object));
  expect(picture("ca3fc00000")).toBe(1.5);
});

test("what JSON lacks has a notation", () => {
  expect(picture("c40201ff")).toEqual({ $bin: "01ff" });
  expect(picture("cfffffffffffffffff")).toEqual({ $int: "18446744073709551615" });
  expect(picture("cf0020000000000000")).toEqual({ $int: "9007199254740992" });
  expect(picture("cf001fffffffffffff")).toBe(Number.MAX_SAFE_INTEGER);
  expect(picture("8107a178")).toEqual({ $map: [[7, "x"]] });
  expect(picture("81a137a178")).toEqual({ $map: [["7", "x"]] });
  expect(picture("82a16101a16102")).toEqual({
    $map: [
      ["a", 1],
      ["a", 2],
    ],
  });
  expect(picture("d6ff00000005")).toEqual({ $timestamp: [5, 0] });
  expect(picture("d7ff0000000500000007")).toEqual({ $timestamp: [2 ** 32 + 7, 1] });
  expect(picture("c70cff000000010000000000000009")).toEqual({ $timestamp: [9, 1] });
  expect(picture("d40501")).toEqual({ $ext: [5, "01"] });
  expect(picture("d4ff01")).toEqual({ $ext: [255, "01"] });
});

test("bytes that end too early, and nesting without end, are refused", () => {
  for (const hex of ["", "81", "a3", "c1", "91c1", "dfffffffff", "cb00"]) {
    expect(() => picture(hex)).toThrow(expect.objectContaining({ code: "ERR_UNPACK" }));
  }
  expect(() => describePacked(new Uint8Array(100_000).fill(0x91))).toThrow(/nested/);
});
