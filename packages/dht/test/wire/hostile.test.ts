import { describe, expect, test } from "vitest";
import { Value } from "../../src/value/index.ts";
import { decodeMessage, decodeNodes, decodeStateFile, decodeValues } from "../../src/wire/index.ts";
import { fromHex } from "./captured/load.ts";
import { pack, Raw } from "./pack.ts";
import { decodeAs, ID, isMalformed, KEY, query, value } from "./queries.ts";

/** Heads that promise four billion of something. */
const GIANT_MAP = new Raw(0xdf, 0xff, 0xff, 0xff, 0xff);
const GIANT_ARRAY = new Raw(0xdd, 0xff, 0xff, 0xff, 0xff);
const GIANT_BIN = new Raw(0xc6, 0xff, 0xff, 0xff, 0xff);
const GIANT_TEXT = new Raw(0xdb, 0xff, 0xff, 0xff, 0xff);
const GIANTS = [GIANT_MAP, GIANT_ARRAY, GIANT_BIN, GIANT_TEXT];

describe("a giant claim with nothing behind it is malformed at once", () => {
  test("as a whole datagram", () => {
    for (const giant of GIANTS) expect(isMalformed(pack(giant))).toBe(true);
  });

  test.each(["id", "h", "token", "values", "n4", "n6", "sa", "q", "w", "re", "exp", "fileds", "unknown"])(
    "as %s",
    (name) => {
      for (const giant of GIANTS)
        expect(isMalformed(pack({ a: { id: ID.bytes, [name]: giant }, q: "ping" }))).toBe(true);
    },
  );

  test.each(["a", "r", "u", "e", "p", "t", "v", "y", "q", "x"])("as top-level %s", (name) => {
    for (const giant of GIANTS) expect(isMalformed(pack({ [name]: giant }))).toBe(true);
  });

  test("as the answers to a Select", () => {
    for (const giant of GIANTS) {
      expect(isMalformed(pack({ r: { id: ID.bytes, fileds: { f: [1], v: giant } } }))).toBe(true);
      expect(isMalformed(pack({ r: { id: ID.bytes, fileds: { f: giant, v: [] } } }))).toBe(true);
    }
  });

  test("in files", () => {
    for (const giant of GIANTS) {
      expect(decodeNodes(pack(giant))).toBeUndefined();
      expect(decodeStateFile(pack(giant))).toBeUndefined();
      expect(decodeValues(pack(giant))).toEqual([]);
      expect(decodeStateFile(pack({ v: 1, nodes: giant }))).toBeUndefined();
    }
  });
});

describe("nesting", () => {
  const DEPTH = 60_000;

  test("of sixty thousand arrays or maps where nobody looks is stepped over", () => {
    const deep = new Raw(...new Uint8Array(DEPTH).fill(0x91), 0xc0);
    expect(decodeMessage(pack({ x: deep, a: { id: ID.bytes, x: deep }, q: "ping" })).kind).toBe("ping");
  });

  test("where a value should be costs the value alone", () => {
    const deep = new Raw(...new Uint8Array(DEPTH).fill(0x91), 0xc0);
    const message = decodeAs("put", query("put", { h: KEY.bytes, values: [value(1), deep, value(2)] }));
    expect(message.values.map(({ id }) => id)).toEqual([1n, 2n]);
  });

  test("that doesn't end is malformed", () => {
    expect(isMalformed(new Uint8Array(DEPTH).fill(0x81))).toBe(true);
    expect(isMalformed(new Uint8Array(DEPTH).fill(0x91))).toBe(true);
  });
});

describe("a list as long as a datagram can hold", () => {
  test("of sizes is read, and holds nothing else", () => {
    const sizes = Array.from({ length: 20_000 }, () => 200);
    expect(decodeAs("put", query("put", { values: sizes })).announced).toHaveLength(20_000);
  });

  test("of things that are no values gives none", () => {
    const things = new Raw(0xdc, 0xf0, 0x00, ...new Uint8Array(0xf000).fill(0xc0));
    const message = decodeAs("put", query("put", { values: things }));
    expect([message.values, message.announced]).toEqual([[], []]);
  });

  test("of owners that are no keys costs no hashing", () => {
    const owners = Array.from({ length: 5000 }, () => Uint8Array.of(0x30));
    const message = decodeAs("reply", pack({ r: { id: ID.bytes, fileds: { f: [3], v: owners } } }));
    expect(message.fields).toEqual([]);
  });
});

test("a value that lies about its length is no value", () => {
  expect(() => Value.fromPacked(fromHex("82a2696401a364617481a4626f647982a47479706500a464617461c50fff01"))).toThrow(
    /not a packed value/,
  );
});
