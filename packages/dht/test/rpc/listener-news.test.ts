import { expect, test } from "vitest";
import { MAX_UPDATE_IDS, MAX_UPDATE_VALUE_BYTES } from "../../src/rpc/index.ts";
import { splitNews } from "../../src/rpc/listener-news.ts";
import { Value } from "../../src/value/index.ts";

const ids = (count: number) => Array.from({ length: count }, (_, i) => BigInt(i + 1));

test("little news is one message", () => {
  const values = ids(3).map((id) => new Value({ id }));
  expect(splitNews({ kind: "values", values })).toEqual([{ values, refreshed: [], expired: [] }]);
  expect(splitNews({ kind: "refreshed", ids: [1n] })).toEqual([{ values: [], refreshed: [1n], expired: [] }]);
  expect(splitNews({ kind: "expired", ids: [1n] })).toEqual([{ values: [], refreshed: [], expired: [1n] }]);
});

test("no news is no message", () => {
  expect(splitNews({ kind: "values", values: [] })).toEqual([]);
  expect(splitNews({ kind: "expired", ids: [] })).toEqual([]);
});

test(`another message is begun when values reach ${MAX_UPDATE_VALUE_BYTES} bytes`, () => {
  const half = new Uint8Array(MAX_UPDATE_VALUE_BYTES / 2);
  const values = ids(5).map((id) => new Value({ id, data: half }));
  expect(splitNews({ kind: "values", values }).map((each) => each.values.length)).toEqual([2, 2, 1]);
});

test(`a message holds at most ${MAX_UPDATE_IDS} ids`, () => {
  const batches = splitNews({ kind: "expired", ids: ids(MAX_UPDATE_IDS * 2 + 1) });
  expect(batches.map((each) => each.expired.length)).toEqual([MAX_UPDATE_IDS, MAX_UPDATE_IDS, 1]);
  expect(batches.flatMap((each) => each.expired)).toEqual(ids(MAX_UPDATE_IDS * 2 + 1));
});
