import { beforeEach, describe, expect, test } from "vitest";
import { HeardValues } from "../../src/search/heard-values.ts";
import { MAX_LISTENED_BYTES, MAX_LISTENED_VALUES } from "../../src/search/limits.ts";
import { Value, type ValueInit, ValueTypeRegistry } from "../../src/value/index.ts";

const LIFE_MS = 600_000;

let heard: HeardValues;

beforeEach(() => {
  heard = new HeardValues(new ValueTypeRegistry());
});

function value(id: number, text = "", init: ValueInit = {}): Value {
  return new Value({ id: BigInt(id), data: new TextEncoder().encode(text), ...init });
}

function ids(values: readonly Value[]): bigint[] {
  return values.map(({ id }) => id);
}

describe("what is heard of several sources", () => {
  test("is news from the first one, gone with the last one", () => {
    const [a, b] = [heard.openSource(), heard.openSource()];
    expect(ids(heard.add(a, [value(1)], 0))).toEqual([1n]);
    expect(ids(heard.add(b, [value(1), value(2)], 0))).toEqual([2n]);
    expect(heard.add(b, [value(1)], 0)).toEqual([]);
    expect(ids(heard.remove(b, [1n, 2n, 3n]))).toEqual([2n]);
    expect(heard.remove(b, [1n])).toEqual([]);
    expect(ids(heard.remove(a, [1n]))).toEqual([1n]);
    expect(heard.size).toBe(0);
  });

  test("with other content counts for its source, but only a greater sequence number is news", () => {
    const [a, b, c] = [heard.openSource(), heard.openSource(), heard.openSource()];
    heard.add(a, [value(1, "x", { seq: 1 })], 0);
    expect(heard.add(b, [value(1, "y", { seq: 1 })], 0)).toEqual([]);
    expect(heard.add(c, [value(1, "z", { seq: 2 })], 0)).toHaveLength(1);
    expect(heard.values.map((kept) => kept.text())).toEqual(["z"]);
    expect(heard.remove(a, [1n])).toEqual([]);
    expect(heard.remove(c, [1n])).toEqual([]);
    expect(heard.remove(b, [1n]).map((gone) => gone.text())).toEqual(["z"]);
  });

  test("comes out as it went in, with all that a value may have", () => {
    const source = heard.openSource();
    const full = value(1, "x", { type: 3, userType: "text/plain", priority: 1, seq: 4, owner: Uint8Array.of(9) });
    heard.add(source, [full, value(2, "ÿ\0", { type: 7 })], 0);
    expect(heard.values.map((kept) => kept.toJSON())).toEqual([full.toJSON(), value(2, "ÿ\0", { type: 7 }).toJSON()]);
  });

  test("goes with a source that is closed, whose place the next one takes with nothing in it", () => {
    const [a, b] = [heard.openSource(), heard.openSource()];
    heard.add(a, [value(1), value(2)], 0);
    heard.add(b, [value(2)], 0);
    expect(ids(heard.closeSource(a))).toEqual([1n]);
    const c = heard.openSource();
    expect(c.index).toBe(a.index);
    expect(heard.remove(c, [2n])).toEqual([]);
    expect(ids(heard.remove(b, [2n]))).toEqual([2n]);
  });

  test("is known of a source that was opened after the value was heard of, too", () => {
    const a = heard.openSource();
    heard.add(a, [value(1)], 0);
    const late = [heard.openSource(), heard.openSource(), heard.openSource()];
    for (const source of late) heard.add(source, [value(1)], 0);
    expect(ids([a, ...late].flatMap((source) => heard.remove(source, [1n])))).toEqual([1n]);
  });
});

describe("what is heard", () => {
  test("lives as long as its type, counted at each source from the last time it was heard of there", () => {
    const [a, b] = [heard.openSource(), heard.openSource()];
    heard.add(a, [value(1), value(2), value(3)], 0);
    heard.add(a, [value(1)], 1000);
    heard.refresh(a, [2n, 99n], 2000);
    heard.add(b, [value(3)], 500);
    heard.refresh(b, [1n], 5000);
    expect(heard.nextExpiry).toBe(LIFE_MS);
    expect(heard.expire(LIFE_MS)).toEqual([]);
    expect(heard.nextExpiry).toBe(LIFE_MS + 500);
    expect(ids(heard.expire(LIFE_MS + 1000))).toEqual([1n, 3n]);
    expect(heard.nextExpiry).toBe(LIFE_MS + 2000);
    expect(ids(heard.remove(a, [2n]))).toEqual([2n]);
    expect(heard.expire(LIFE_MS + 3000)).toEqual([]);
    expect(heard.nextExpiry).toBe(Number.POSITIVE_INFINITY);
  });

  test("of one source is bounded in number: beyond the limit the oldest values are over", () => {
    const source = heard.openSource();
    const values = Array.from({ length: MAX_LISTENED_VALUES + 3 }, (_, index) => value(index + 1));
    expect(heard.add(source, values, 0)).toHaveLength(values.length);
    expect(ids(heard.expire(1))).toEqual([1n, 2n, 3n]);
    expect(heard.expire(1)).toEqual([]);
  });

  test("of one source is bounded in bytes, whatever became of the values meanwhile", () => {
    const size = 64 * 1024;
    const large = (id: number, seq = 0) => new Value({ id: BigInt(id), data: new Uint8Array(size), seq });
    const source = heard.openSource();
    const count = MAX_LISTENED_BYTES / size;
    for (let id = 1; id <= count; id++) heard.add(source, [large(id)], 0);
    expect(heard.expire(0)).toEqual([]);
    heard.add(source, [large(count + 1), large(count + 2)], 0);
    expect(ids(heard.expire(0))).toEqual([1n, 2n]);
    heard.remove(source, [3n]);
    heard.add(source, [large(3)], 0);
    heard.add(source, [large(4)], 0);
    heard.add(source, [large(4, 1)], 0);
    expect(heard.expire(0)).toEqual([]);
    heard.add(source, [value(5, "", { seq: 1 })], 0);
    heard.add(source, [large(count + 3)], 0);
    expect(heard.expire(0)).toEqual([]);
  });

  test("of a source that brings too much is lost there alone: what others have stays", () => {
    const [greedy, modest] = [heard.openSource(), heard.openSource()];
    heard.add(modest, [value(1), value(2)], 0);
    const flood = Array.from({ length: MAX_LISTENED_VALUES + 2 }, (_, index) => value(index + 1));
    heard.add(greedy, flood, 0);
    expect(heard.expire(1)).toEqual([]);
    expect(heard.size).toBe(flood.length);
    expect(ids(heard.remove(modest, [1n, 2n]))).toEqual([1n, 2n]);
  });
});
