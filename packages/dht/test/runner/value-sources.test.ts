import { describe, expect, test } from "vitest";
import { ValueSources } from "../../src/runner/proxy/value-sources.ts";
import { Value, type ValueInit } from "../../src/value/index.ts";

function value(id: number, text = "", init: ValueInit = {}): Value {
  return new Value({ id: BigInt(id), data: new TextEncoder().encode(text), ...init });
}

describe("values of several sources", () => {
  test("are news from the first one, gone with the last one", () => {
    const sources = new ValueSources<string>();
    expect(sources.add("local", [value(1)])).toHaveLength(1);
    expect(sources.add("ipv4", [value(1), value(2)]).map(({ id }) => id)).toEqual([2n]);
    expect(sources.add("ipv4", [value(1)])).toHaveLength(0);
    expect(sources.remove("ipv4", [1n, 2n, 3n]).map(({ id }) => id)).toEqual([2n]);
    expect(sources.remove("ipv4", [1n])).toHaveLength(0);
    expect(sources.remove("local", [1n]).map(({ id }) => id)).toEqual([1n]);
    expect(sources.size).toBe(0);
  });

  test("of other content count as a source, but only a greater sequence number is news", () => {
    const sources = new ValueSources<string>();
    sources.add("a", [value(1, "x", { seq: 1 })]);
    expect(sources.add("b", [value(1, "y", { seq: 1 })])).toHaveLength(0);
    expect(sources.add("c", [value(1, "z", { seq: 2 })])).toHaveLength(1);
    expect(sources.values.map((kept) => kept.text())).toEqual(["z"]);
    expect(sources.remove("a", [1n])).toHaveLength(0);
    expect(sources.remove("c", [1n])).toHaveLength(0);
    expect(sources.remove("b", [1n]).map((gone) => gone.text())).toEqual(["z"]);
  });
});
