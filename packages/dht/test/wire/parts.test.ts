import { describe, expect, test } from "vitest";
import { describePacked } from "../../src/msgpack/index.ts";
import { packedValueSize, Value } from "../../src/value/index.ts";
import {
  encodeMessage,
  encodeParts,
  MAX_PACKED_VALUE_BYTES,
  PART_BYTES,
  type PutQuery,
  USER_AGENT,
} from "../../src/wire/index.ts";
import { Entries, pack } from "./pack.ts";
import { decodeAs, ID, isMalformed, KEY, query, value } from "./queries.ts";

function put(...values: readonly Value[]): PutQuery {
  const token = new Uint8Array(32);
  return {
    kind: "put",
    tid: 7,
    id: ID,
    network: 0,
    client: false,
    agent: USER_AGENT,
    key: KEY,
    values,
    announced: [],
    token,
  };
}

/** A plain value that takes this many bytes when packed. */
function valueTaking(packedBytes: number, id = 1n): Value {
  const heads = packedValueSize(new Value({ id, data: new Uint8Array(packedBytes) })) - packedBytes;
  const packed = new Value({ id, data: new Uint8Array(packedBytes - heads) });
  expect(packedValueSize(packed)).toBe(packedBytes);
  return packed;
}

describe("values travel in their message", () => {
  test("below 600 bytes together; from 600 on as sizes", () => {
    expect(decodeAs("put", encodeMessage(put(valueTaking(599)))).values).toHaveLength(1);
    const message = decodeAs("put", encodeMessage(put(valueTaking(600))));
    expect([message.values, message.announced]).toEqual([[], [{ index: 0, size: 600 }]]);
  });

  test("together: two of 300 bytes don't, though each is small", () => {
    expect(decodeAs("put", encodeMessage(put(valueTaking(300), valueTaking(299)))).values).toHaveLength(2);
    expect(decodeAs("put", encodeMessage(put(valueTaking(300), valueTaking(300)))).announced).toHaveLength(2);
  });

  test("below 50 of them; from 50 on as sizes, however small", () => {
    const tiny = Array.from({ length: 50 }, () => new Value({ id: 1n, userType: "" }));
    const packedSize = packedValueSize(new Value({ id: 1n }));
    expect(packedSize * 20).toBeLessThan(600);
    expect(decodeAs("put", encodeMessage(put(...tiny.slice(0, 20)))).values).toHaveLength(20);
    expect(decodeAs("put", encodeMessage(put(...tiny))).announced).toHaveLength(50);
    expect(encodeParts(put(...tiny))).toHaveLength(50);
  });
});

describe("parts", () => {
  test("are slices of 1280 bytes, value by value, in rising order", () => {
    const values = [valueTaking(3000, 1n), valueTaking(100, 2n)];
    const parts = encodeParts(put(...values)).map((datagram) => decodeAs("part", datagram));
    expect(parts.flatMap(({ parts }) => parts.map(({ index, offset, data }) => [index, offset, data.length]))).toEqual([
      [0, 0, PART_BYTES],
      [0, 1280, PART_BYTES],
      [0, 2560, 440],
      [1, 0, 100],
    ]);
    const first = new Uint8Array(3000);
    for (const { parts: slices } of parts.slice(0, 3)) for (const slice of slices) first.set(slice.data, slice.offset);
    expect(Value.fromPacked(first).id).toBe(1n);
  });

  test("bear the tid, the network and the mark of clients, and are in the order n, s, y, t, p", () => {
    const message = { ...put(valueTaking(700)), network: 7, client: true };
    const [datagram = new Uint8Array(0)] = encodeParts(message);
    expect(decodeAs("part", datagram)).toMatchObject({ tid: 7, network: 7, client: true });
    expect(Object.keys(describePacked(datagram) ?? {})).toEqual(["n", "s", "y", "t", "p"]);
    expect(Object.keys(describePacked(encodeParts(put(valueTaking(700)))[0] ?? datagram) ?? {})).toEqual([
      "y",
      "t",
      "p",
    ]);
  });

  test("follow only messages with values that don't fit", () => {
    expect(encodeParts(put(valueTaking(599)))).toEqual([]);
    expect(encodeParts(put())).toEqual([]);
    expect(encodeParts({ kind: "ping", tid: 1, id: ID, network: 0, client: false, agent: undefined })).toEqual([]);
    expect(encodeParts(decodeAs("put", encodeMessage(put(valueTaking(700)))))).toEqual([]);
  });

  test("may come several in a datagram, and without data", () => {
    const p = new Entries([0, { o: 0, d: new Uint8Array(0) }], [3, { d: Uint8Array.of(1), o: 1280 }]);
    expect(decodeAs("part", pack({ p })).parts).toEqual([
      { index: 0, offset: 0, data: new Uint8Array(0) },
      { index: 3, offset: 1280, data: Uint8Array.of(1) },
    ]);
    expect(decodeAs("part", pack({ p: {} })).parts).toEqual([]);
  });

  test("need an index, an offset and data", () => {
    expect(isMalformed(pack({ p: new Entries(["0", { o: 0, d: "a" }]) }))).toBe(true);
    expect(isMalformed(pack({ p: new Entries([0, { d: "a" }]) }))).toBe(true);
    expect(isMalformed(pack({ p: new Entries([0, { o: 0 }]) }))).toBe(true);
    expect(isMalformed(pack({ p: new Entries([0, [0, "a"]]) }))).toBe(true);
    expect(isMalformed(pack({ p: new Entries([0, { o: 2 ** 32, d: "a" }]) }))).toBe(true);
  });
});

describe("a list of values that is received", () => {
  test("may mix values and sizes, and goes out as it came", () => {
    const datagram = query("put", {
      h: KEY.bytes,
      values: [900, value(1), 800, 700, value(2)],
      token: new Uint8Array(32),
    });
    const message = decodeAs("put", datagram);
    expect(message.values.map(({ id }) => id)).toEqual([1n, 2n]);
    expect(message.announced).toEqual([
      { index: 0, size: 900 },
      { index: 2, size: 800 },
      { index: 3, size: 700 },
    ]);
    expect(encodeMessage(message)).toEqual(datagram);
  });

  test("passes over values that make no sense, and keeps the others", () => {
    const values = [
      value(1),
      { id: 2 },
      { dat: Uint8Array.of(1) },
      "text",
      { id: 3, dat: { body: { type: 0 } } },
      { id: 4, dat: 4 },
      [],
      value(5),
      { id: 6, dat: { body: { type: 70_000, data: "a" } } },
    ];
    expect(decodeAs("put", query("put", { values })).values.map(({ id }) => id)).toEqual([1n, 5n]);
  });

  test("passes over sizes that no value can have", () => {
    const values = [MAX_PACKED_VALUE_BYTES + 1, MAX_PACKED_VALUE_BYTES, 0, 2 ** 40];
    expect(decodeAs("put", query("put", { values })).announced).toEqual([{ index: 1, size: 65_568 }]);
  });
});

test("a value of 65536 data bytes can be sent with an id of up to two bytes, and no longer one", () => {
  expect(packedValueSize(new Value({ id: 68n, data: new Uint8Array(65_536) }))).toBe(MAX_PACKED_VALUE_BYTES);
  expect(packedValueSize(new Value({ id: 65_536n, data: new Uint8Array(65_536) }))).toBe(65_572);
});
