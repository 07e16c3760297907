import { describe, expect, test } from "vitest";
import { describeMessage } from "../../src/wire/index.ts";
import { bytesOf, vector } from "./captured/load.ts";
import { Entries, type PackableObject, pack } from "./pack.ts";
import { decodeAs, ID, KEY, query, reply, value } from "./queries.ts";

const LARGE = 2n ** 64n - 1n;
const LARGE_TEXT = "18446744073709551615";
const id = { $bin: `${ID}` };
const token = Uint8Array.of(1);

describe("a message is described", () => {
  test("by its wire keys, in wire order, bytes as hex", () => {
    const ping = decodeAs("ping", bytesOf(vector("ping-query-4.3.0")));
    expect(JSON.stringify(describeMessage(ping))).toBe(JSON.stringify(vector("ping-query-4.3.0").decoded));
  });

  test("with its parts by their places", () => {
    const part = decodeAs("part", pack({ p: new Entries([3, { o: 0, d: token }]), t: 5 }));
    expect(describeMessage(part)).toEqual({ y: "p", t: 5, p: { $map: [[3, { o: 0, d: { $bin: "01" } }]] } });
  });

  test.each<[string, PackableObject, object]>([
    ["a value", { values: [value(1, token), value(LARGE, token)] }, { values: [{ id: "1" }, { id: LARGE_TEXT }] }],
    ["an acknowledgement", { vid: 7 }, { vid: "7" }],
    ["answers", { fileds: { f: [1, 4], v: [5, 6, LARGE, 8] } }, { fileds: { f: [1, 4], v: ["5", 6, LARGE_TEXT, 8] } }],
    ["answers without ids", { fileds: { f: [4], v: [5] } }, { fileds: { f: [4], v: [5] } }],
  ])("with the value ids of %s as decimal texts", (_, body, described) => {
    expect(describeMessage(decodeAs("reply", reply(body)))).toMatchObject({ r: { id, ...described } });
  });

  test("with the value ids of queries and news as decimal texts", () => {
    const w = [
      { f: 1, v: 5 },
      { f: 2, v: 5 },
    ];
    const get = decodeAs("get", query("get", { h: KEY.bytes, q: { s: [1], w } }));
    expect(describeMessage(get)).toMatchObject({
      a: {
        q: {
          s: [1],
          w: [
            { f: 1, v: "5" },
            { f: 2, v: 5 },
          ],
        },
      },
    });
    const update = decodeAs("update", query("update", { sid: 1, token, re: [1, LARGE], exp: [2] }));
    expect(describeMessage(update)).toMatchObject({ a: { sid: 1, re: ["1", LARGE_TEXT], exp: ["2"] } });
    const legacy = decodeAs("legacyUpdate", pack({ u: { id: ID.bytes, token, re: [9] }, t: 1 }));
    expect(describeMessage(legacy)).toMatchObject({ u: { re: ["9"] } });
  });
});
