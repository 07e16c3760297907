import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { Value } from "../../src/value/index.ts";
import {
  decodeNodes,
  decodeStateFile,
  decodeValues,
  encodeNodes,
  encodeStateFile,
  encodeValues,
} from "../../src/wire/index.ts";
import { value as anyValue, bytes, infoHash, visible } from "../value/arbitraries.ts";
import { address4, address6, nodes4, nodes6 } from "./arbitraries.ts";
import { Entries, type Packable, pack, Raw } from "./pack.ts";
import { ID, value } from "./queries.ts";

const ADDRESS = Uint8Array.of(2, 0, 0x10, 0x7e, 10, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0);
const anyNodes = fc.tuple(nodes4, nodes6).map((nodes) => nodes.flat().filter(({ id }) => !id.isZero()));

describe("a node list", () => {
  test("comes back as it went", () => {
    fc.assert(
      fc.property(anyNodes, (nodes) => {
        expect(decodeNodes(encodeNodes(nodes))).toEqual(nodes);
      }),
    );
  });

  test("passes over entries that make no sense", () => {
    const good = { id: ID.bytes, addr: ADDRESS };
    const bad: readonly Packable[] = [
      { id: ID.bytes },
      { addr: ADDRESS },
      { id: InfoHash.zero.bytes, addr: ADDRESS },
      { id: ID.bytes, addr: ADDRESS.subarray(0, 15) },
      { id: ID.bytes, addr: new Uint8Array(16) },
      { id: "x", addr: ADDRESS },
      5,
      [],
    ];
    expect(decodeNodes(pack([good, ...bad, { ...good, more: [1] }]))?.map(({ address }) => `${address}`)).toEqual([
      "10.1.2.3:4222",
      "10.1.2.3:4222",
    ]);
  });

  test("that is none is undefined", () => {
    for (const other of [{}, "nodes", 5]) expect(decodeNodes(pack(other))).toBeUndefined();
  });
});

describe("a value export", () => {
  const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
  const exported = fc.record({
    value: anyValue,
    created: time,
    expires: fc.oneof(time, fc.constant(Number.POSITIVE_INFINITY)),
    source: fc.option(fc.oneof(address4, address6), { nil: undefined }),
  });

  test("comes back as it went, to the millisecond", () => {
    fc.assert(
      fc.property(fc.array(exported, { maxLength: 5 }), (values) => {
        const again = decodeValues(encodeValues(values));
        expect(again.map((entry) => ({ ...entry, value: visible(entry.value) }))).toEqual(
          values.map((entry) => ({ ...entry, value: visible(entry.value) })),
        );
      }),
    );
  });

  test("passes over entries that make no sense, one by one", () => {
    const bad: readonly Packable[] = [[], [1], [1, 2], [1, {}], ["x", value(2)], [1, value(2), "", 1, 5], {}, 5];
    expect(decodeValues(pack([[1, value(1)], ...bad, [1, value(3)]])).map((entry) => entry.value.id)).toEqual([1n, 3n]);
  });

  test("cut short gives what came before", () => {
    const whole = pack([
      [1, value(1)],
      [1, value(2)],
    ]);
    expect(decodeValues(whole.subarray(0, whole.length - 1)).map((entry) => entry.value.id)).toEqual([1n]);
  });

  test("knows no time that is of another clock, and no source that is empty", () => {
    const [entry] = decodeValues(pack([[5_000_000_000, value(1), new Uint8Array(0), 6_000_000_000]]));
    expect(entry).toMatchObject({ created: undefined, expires: undefined, source: undefined });
  });

  test("reads timestamps of every size", () => {
    const short = new Raw(0xd6, 0xff, 0, 0, 0, 2);
    const long = new Raw(0xc7, 12, 0xff, 0, 0x0f, 0x42, 0x40, 0, 0, 0, 0, 0, 0, 0, 3);
    const [entry] = decodeValues(pack([[short, value(1), "", long]]));
    expect([entry?.created, entry?.expires]).toEqual([2000, 3001]);
    expect(decodeValues(pack([[new Raw(0xd4, 0xff, 0), value(1)]]))).toEqual([]);
    expect(decodeValues(pack([[new Raw(0xd6, 5, 0, 0, 0, 2), value(1)]]))).toEqual([]);
  });
});

describe("a state file", () => {
  const state = fc.record({
    id: infoHash,
    nodes: anyNodes,
    values: fc.array(fc.record({ key: infoHash.filter((key) => !key.isZero()), blob: bytes() }), { maxLength: 3 }),
  });

  test("comes back as it went", () => {
    fc.assert(
      fc.property(state, (saved) => {
        expect(decodeStateFile(encodeStateFile(saved))).toEqual(saved);
      }),
    );
  });

  test("may lack anything", () => {
    expect(decodeStateFile(pack({ v: 1 }))).toEqual({ id: InfoHash.zero, nodes: [], values: [] });
    expect(decodeStateFile(pack(new Entries([1, 2], ["id", ID.bytes])))?.id.equals(ID)).toBe(true);
  });

  test("of another version, or that is none, is undefined", () => {
    for (const other of [{ v: 2 }, { v: "1" }, [], 5, { v: 1, id: "x" }, { v: 1, nodes: 5 }]) {
      expect(decodeStateFile(pack(other))).toBeUndefined();
    }
  });

  test("passes over values that make no sense", () => {
    const values = [[ID.bytes, Uint8Array.of(1)], [ID.bytes], ["x", "y"], [InfoHash.zero.bytes, "y"], 5];
    expect(decodeStateFile(pack({ v: 1, values }))?.values).toEqual([{ key: ID, blob: Uint8Array.of(1) }]);
  });

  test("keeps nothing of the bytes that it was read from", () => {
    const bytes = encodeStateFile({
      id: ID,
      nodes: [],
      values: [{ key: ID, blob: new Value({ id: 1n }).getPacked() }],
    });
    const saved = decodeStateFile(bytes);
    bytes.fill(0);
    expect(saved?.values[0]?.blob).toEqual(new Value({ id: 1n }).getPacked());
  });
});
