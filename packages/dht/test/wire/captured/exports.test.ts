import { describe, expect, test } from "vitest";
import { describePacked, type Picture, toHex } from "../../../src/msgpack/index.ts";
import {
  decodeNodes,
  decodeStateFile,
  decodeValues,
  type ExportedValue,
  encodeNodes,
  encodeStateFile,
  encodeValues,
} from "../../../src/wire/index.ts";
import { bytesOf, fromHex, vector, vectorsLike } from "./load.ts";

/** A list of one: `encodeNodes` and `decodeNodes` speak of lists, the vectors hold single entries. */
const asList = (hex: string) => `91${hex}`;

test.each(vectorsLike(/^(nodeexport|exportnode)/))("$name is read, and written to the very same bytes", ({ hex }) => {
  const nodes = decodeNodes(fromHex(asList(hex))) ?? expect.unreachable("a list of nodes");
  expect(nodes).toHaveLength(1);
  expect(toHex(encodeNodes(nodes))).toBe(asList(hex));
});

test.each(vectorsLike(/^statefile/))("$name is read, and written to the very same bytes", (captured) => {
  const state = decodeStateFile(bytesOf(captured)) ?? expect.unreachable("a state file");
  expect(toHex(encodeStateFile(state))).toBe(captured.hex);
  for (const { blob } of state.values) expect(decodeValues(blob).length).toBeGreaterThan(0);
});

describe("a value export", () => {
  test.each(vectorsLike(/^exportvalue-blob-(2\.4\.12|3\.0\.1)/))(
    "$name: values, and times that mean nothing",
    (captured) => {
      const values = decodeValues(bytesOf(captured));
      expect(values.map(pictureOf)).toEqual(entriesOf(captured.decoded).map((entry) => entry[1]));
      for (const { created, expires, source } of values) {
        expect([created, expires, source]).toEqual([undefined, undefined, undefined]);
      }
    },
  );

  test.each(vectorsLike(/^exportvalue-blob-4/))("$name: values with their times", (captured) => {
    const values = decodeValues(bytesOf(captured));
    expect(values.map(pictureOf)).toEqual(entriesOf(captured.decoded).map((entry) => entry[1]));
    for (const [index, { created, expires }] of values.entries()) {
      const entry = entriesOf(captured.decoded)[index];
      expect(Math.floor((created ?? 0) / 1000)).toBe(secondsOf(entry?.[0]));
      if (expires !== Number.POSITIVE_INFINITY) expect(Math.floor((expires ?? 0) / 1000)).toBe(secondsOf(entry?.[3]));
    }
    expect(values[0]?.expires).toBe(Number.POSITIVE_INFINITY);
  });

  test("is written as OpenDHT 4.3 does, but for the nanoseconds that a time in ms can't hold", () => {
    for (const captured of vectorsLike(/^exportvalue-blob-4/)) {
      const values = decodeValues(bytesOf(captured)).map((exported) => ({
        ...exported,
        created: Math.floor(exported.created ?? 0),
        expires: Math.floor(exported.expires ?? 0),
      }));
      const expected = JSON.stringify(captured.decoded, (key, value) =>
        key === "$timestamp" && value[1] !== 854_775_807 ? [value[0], Math.floor(value[1] / 1e6) * 1e6] : value,
      );
      expect(JSON.stringify(describePacked(encodeValues(values)))).toBe(expected);
    }
  });

  test("of the generation between, with integer times and an expiration", () => {
    const blob = fromHex(
      `91 94 cf000001bee0d3b8d0 ${vector("value-plain-4.3.0").hex} c410 0200107e0a0102030000000000000000 cf7fffffffffffffff`.replaceAll(
        " ",
        "",
      ),
    );
    const [exported] = decodeValues(blob);
    expect(exported?.created).toBeUndefined();
    expect(exported?.expires).toBe(Number.POSITIVE_INFINITY);
    expect(exported?.source?.toString()).toBe("10.1.2.3:4222");
    expect(exported?.value.text()).toBe("hello");
  });
});

function pictureOf({ value }: ExportedValue): Picture {
  return describePacked(value.getPacked());
}

function entriesOf(decoded: unknown): readonly (readonly unknown[])[] {
  // Value exports are arrays of arrays in every version.
  return decoded as readonly (readonly unknown[])[];
}

function secondsOf(timestamp: unknown): number {
  // The only timestamps in the vectors' notation.
  return (timestamp as { readonly $timestamp: readonly [number, number] }).$timestamp[0];
}
