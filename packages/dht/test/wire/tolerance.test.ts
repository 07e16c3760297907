import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { toHex } from "../../src/msgpack/index.ts";
import { Value } from "../../src/value/index.ts";
import { decodeMessage, describeMessage, encodeMessage, WANT_IPV4, WANT_IPV6 } from "../../src/wire/index.ts";
import { Entries, pack, Raw } from "./pack.ts";
import { decodeAs, ID, isMalformed, KEY, query, reply, value } from "./queries.ts";

const OTHER = InfoHash.get("other");
const PING = { a: { id: ID.bytes }, q: "ping", t: 7, y: "q" };

describe("the class of a message", () => {
  test("is told by the keys that are there: e before r before p before u before q", () => {
    const u = { id: ID.bytes, token: new Uint8Array(4) };
    const p = new Entries([0, { o: 0, d: Uint8Array.of(1) }]);
    const e = [401, "no"];
    expect(decodeMessage(pack({ ...PING, u })).kind).toBe("legacyUpdate");
    expect(decodeMessage(pack({ ...PING, u, p })).kind).toBe("part");
    expect(decodeMessage(pack({ ...PING, u, p, r: u })).kind).toBe("reply");
    expect(decodeMessage(pack({ ...PING, u, p, r: u, e })).kind).toBe("error");
  });

  test("needs no y; another y than q is no query", () => {
    expect(decodeMessage(pack({ a: PING.a, q: "ping", t: 7 })).kind).toBe("ping");
    expect(isMalformed(pack({ ...PING, y: "z" }))).toBe(true);
    expect(isMalformed(pack({ ...PING, y: "r" }))).toBe(true);
    expect(isMalformed(pack({ ...PING, y: "" }))).toBe(true);
  });

  test("an unknown query, or none, is malformed", () => {
    expect(isMalformed(pack({ ...PING, q: "pong" }))).toBe(true);
    expect(isMalformed(pack({ a: PING.a, t: 7, y: "q" }))).toBe(true);
  });

  test("every class but a part needs a body, and the body must be a map", () => {
    expect(isMalformed(pack({ q: "ping", t: 7, y: "q" }))).toBe(true);
    expect(isMalformed(pack({ ...PING, a: 5 }))).toBe(true);
    expect(isMalformed(pack({ e: [203, "text"], t: 7, y: "e" }))).toBe(true);
    expect(isMalformed(pack({ e: [203, "text"], r: [], t: 7, y: "e" }))).toBe(true);
  });

  test("the body is taken from a, else from r, else from u, in whatever order they come", () => {
    const a = { id: ID.bytes };
    const r = { id: OTHER.bytes };
    expect(decodeAs("reply", pack({ r, a, t: 1 })).id.equals(ID)).toBe(true);
    expect(decodeAs("reply", pack({ a, r, t: 1 })).id.equals(ID)).toBe(true);
    expect(decodeAs("reply", pack({ u: a, r, t: 1 })).id.equals(OTHER)).toBe(true);
  });

  test("an error says why, with its sender in r", () => {
    const message = decodeAs("error", pack({ e: [401, "no"], r: { id: ID.bytes }, t: 3, y: "e" }));
    expect([message.code, message.text, message.id.equals(ID)]).toEqual([401, "no", true]);
    expect(isMalformed(pack({ e: [401], r: { id: ID.bytes } }))).toBe(true);
    expect(isMalformed(pack({ e: "401", r: { id: ID.bytes } }))).toBe(true);
  });
});

describe("a transaction id", () => {
  test.each([
    ["an integer in any form", new Raw(0xcf, 0, 0, 0, 0, 0, 0, 0, 5), 5],
    ["a signed form of a positive integer", new Raw(0xd2, 0, 0, 0, 5), 5],
    ["four bytes of bin, big-endian", Uint8Array.of(1, 2, 3, 4), 0x01020304],
    ["bytes of str", "abcd", 0x61626364],
    ["fewer bytes, padded on the right", Uint8Array.of(1, 2), 0x01020000],
    ["no bytes at all", new Uint8Array(0), 0],
    ["the highest integer", 0xffff_ffff, 0xffff_ffff],
  ])("may be %s", (_, t, tid) => {
    expect(decodeAs("ping", pack({ ...PING, t })).tid).toBe(tid);
  });

  test("that is missing is 0", () => {
    expect(decodeAs("ping", pack({ a: PING.a, q: "ping" })).tid).toBe(0);
  });

  test.each([
    ["too high", 2 ** 32 + 5],
    ["negative", new Raw(0xff)],
    ["five bytes", new Uint8Array(5)],
    ["an array", [1]],
    ["a fraction", new Raw(0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0)],
  ])("that is %s makes the datagram malformed", (_, t) => {
    expect(isMalformed(pack({ ...PING, t }))).toBe(true);
  });

  test("comes out as an integer, whatever it was", () => {
    const message = decodeAs("ping", pack({ ...PING, t: Uint8Array.of(0, 0, 0, 9) }));
    expect(describeMessage(message)).toMatchObject({ t: 9 });
  });
});

describe("keys", () => {
  test("that nobody knows, or that are no text, are passed over", () => {
    const odd = new Entries(
      [7, "seven"],
      [new Uint8Array(1), [1, [2, [3]]]],
      [[1, 2], {}],
      ["a_key_longer_than_any", new Raw(0xc7, 2, 9, 1, 2)],
      ["a", new Entries(["id", ID.bytes], ["extra", new Raw(0xc0)], [true, 1])],
      ["q", "ping"],
    );
    expect(decodeAs("ping", pack(odd)).id.equals(ID)).toBe(true);
  });

  test("twice at the top or in the body: the last one counts", () => {
    const twice = new Entries(
      ["a", { id: OTHER.bytes, target: KEY.bytes }],
      ["q", "get"],
      ["q", "find"],
      ["a", new Entries(["id", OTHER.bytes], ["id", ID.bytes])],
    );
    const message = decodeAs("find", pack(twice));
    expect(message.id.equals(ID)).toBe(true);
    expect(message.target.isZero()).toBe(true);
  });

  test("twice in a value: the first one counts", () => {
    const twice = new Entries(
      ["id", 1],
      ["id", 2],
      ["dat", { body: new Entries(["type", 3], ["type", 4], ["data", "a"], ["data", "b"]) }],
      ["dat", Uint8Array.of(9)],
    );
    const decoded = Value.fromPacked(pack(twice));
    expect([decoded.id, decoded.type, decoded.text(), decoded.isEncrypted()]).toEqual([1n, 3, "a", false]);
  });

  test("twice in a query or a part: the first one counts", () => {
    const q = new Entries(["s", [1]], ["s", [4]], ["w", []], ["w", [{ f: 9, v: 1 }]]);
    const get = pack({ a: new Entries(["id", ID.bytes], ["h", KEY.bytes], ["q", q]), q: "get" });
    expect(decodeAs("get", get).query?.select.fields).toEqual([1]);
    const part = new Entries([0, new Entries(["o", 1], ["o", 2], ["d", "a"], ["d", "b"])]);
    expect(decodeAs("part", pack({ p: part })).parts).toMatchObject([{ index: 0, offset: 1 }]);
  });
});

describe("types", () => {
  test("text may be bin; anything else is malformed", () => {
    expect(decodeMessage(pack({ ...PING, q: new TextEncoder().encode("ping") })).kind).toBe("ping");
    expect(isMalformed(pack({ ...PING, v: 5 }))).toBe(true);
    expect(isMalformed(pack({ ...PING, q: 5 }))).toBe(true);
  });

  test.each([
    ["bin", Uint8Array.of(1, 2, 250)],
    ["str", new Raw(0xa3, 1, 2, 250)],
    ["an array of small integers", [1, 2, 250]],
  ])("binary may be %s", (_, bytes) => {
    const message = decodeAs("put", query("put", { h: KEY.bytes, values: [value(1, bytes)], token: bytes }));
    expect(message.token).toEqual(Uint8Array.of(1, 2, 250));
    expect(message.values[0]?.data).toEqual(Uint8Array.of(1, 2, 250));
    expect(toHex(encodeMessage(message))).toContain("a464617461c4030102fa");
  });

  test("an array that is binary holds nothing but bytes", () => {
    expect(isMalformed(query("refresh", { token: [1, 256] }))).toBe(true);
    expect(isMalformed(query("refresh", { token: [1, "2"] }))).toBe(true);
  });

  test.each(["id", "h", "target"])("%s must be a bin of exactly 20 bytes", (name) => {
    for (const bad of [new Uint8Array(19), new Uint8Array(21), ID.toString(), [...ID.bytes], 5]) {
      expect(isMalformed(pack({ a: { id: ID.bytes, [name]: bad }, q: "find" }))).toBe(true);
    }
  });

  test("a client says so with true; a number is malformed", () => {
    expect(decodeAs("ping", pack({ ...PING, s: true })).client).toBe(true);
    expect(decodeAs("ping", pack({ ...PING, s: false })).client).toBe(false);
    expect(isMalformed(pack({ ...PING, s: 1 }))).toBe(true);
  });

  test("network 0 is the same as none", () => {
    expect(decodeAs("ping", pack({ ...PING, n: 0 })).network).toBe(0);
    expect(decodeAs("ping", pack({ ...PING, n: 0xffff_ffff })).network).toBe(0xffff_ffff);
    expect(isMalformed(pack({ ...PING, n: 2 ** 32 }))).toBe(true);
  });

  test("every key of a body is checked in every kind of message", () => {
    expect(isMalformed(query("ping", { w: 2 }))).toBe(true);
    expect(isMalformed(query("ping", { values: 2 }))).toBe(true);
    expect(isMalformed(query("ping", { sid: 2 ** 32 }))).toBe(true);
    expect(isMalformed(query("ping", { re: [new Raw(0xff)] }))).toBe(true);
    expect(isMalformed(reply({ sa: "1234" }))).toBe(true);
  });
});

describe("what surrounds a message", () => {
  test("bytes behind it are ignored", () => {
    const bytes = pack(PING);
    const longer = new Uint8Array(bytes.length + 3);
    longer.set(bytes);
    expect(decodeMessage(longer)).toEqual(decodeMessage(bytes));
  });

  test("a message cut short anywhere is malformed", () => {
    const bytes = query("put", { h: KEY.bytes, values: [value(1)], token: new Uint8Array(32) });
    for (let length = 0; length < bytes.length; length++) expect(isMalformed(bytes.subarray(0, length))).toBe(true);
    expect(isMalformed(bytes)).toBe(false);
  });

  test("what is no map is malformed", () => {
    for (const other of [[1, 2], "ping", 5, true, new Uint8Array(3), new Raw(0xc1)]) {
      expect(isMalformed(pack(other))).toBe(true);
    }
  });

  test("nothing of the datagram is kept", () => {
    const datagram = query("put", { h: KEY.bytes, values: [value(1)], token: Uint8Array.of(1, 2, 3) });
    const message = decodeAs("put", datagram);
    const before = encodeMessage(message);
    datagram.fill(0xff);
    expect(encodeMessage(message)).toEqual(before);
  });
});

describe("families wanted", () => {
  test.each([
    ["2 and 10", [2, 10], WANT_IPV4 | WANT_IPV6],
    ["10 alone", [10], WANT_IPV6],
    ["IPv6 as Windows and macOS number it", [23, 30], WANT_IPV6],
    ["numbers that nobody knows", [0, 77], 0],
    ["things that are no numbers", ["2", [2]], 0],
    ["nothing", [], 0],
  ])("%s", (_, w, want) => {
    expect(decodeAs("find", query("find", { target: KEY.bytes, w })).want).toBe(want);
    expect(decodeAs("get", query("get", { h: KEY.bytes, w })).want).toBe(want);
  });

  test("not said is not the same as none", () => {
    expect(decodeAs("find", query("find", { target: KEY.bytes })).want).toBeUndefined();
  });

  test("must be an array", () => {
    expect(isMalformed(query("find", { target: KEY.bytes, w: 2 }))).toBe(true);
  });
});

describe("what is missing", () => {
  test("a key or target is the zero hash, a token empty, a value id 0", () => {
    expect(decodeAs("find", query("find")).target.isZero()).toBe(true);
    expect(decodeAs("get", query("get")).key.isZero()).toBe(true);
    const put = decodeAs("put", query("put"));
    expect([put.key.isZero(), put.token.length, put.values, put.announced]).toEqual([true, 0, [], []]);
    expect(decodeAs("refresh", query("refresh")).valueId).toBe(0n);
    expect(decodeAs("listen", query("listen"))).toMatchObject({ socketId: 0, version: 0 });
  });

  test("a sender without id has the zero hash", () => {
    expect(decodeAs("ping", pack({ a: {}, q: "ping" })).id.isZero()).toBe(true);
  });
});
