import { describe, expect, test } from "vitest";
import { ChosenValues, Value } from "../../src/value/index.ts";

function value(id: number, text: string): Value {
  return new Value({ id: BigInt(id), data: new TextEncoder().encode(text) });
}

function texts(values: readonly Value[]): string[] {
  return values.map((each) => each.text());
}

describe("a listener that chooses", () => {
  test("is shown what fits, told when that fits no longer, and of the end of what it was shown alone", () => {
    const chosen = new ChosenValues((each) => each.text() === "yes");
    const first = chosen.choose([value(1, "yes"), value(2, "no"), value(3, "yes")]);
    expect([texts(first.shown), first.gone, texts(first.unfit)]).toEqual([["yes", "yes"], [], ["no"]]);
    const edits = chosen.choose([value(1, "no"), value(2, "yes")]);
    expect([texts(edits.shown), texts(edits.gone), edits.unfit]).toEqual([["yes"], ["no"], []]);
    expect([1n, 2n, 3n].map((id) => chosen.has(id))).toEqual([false, true, true]);
    expect(texts(chosen.lose([value(1, "no"), value(2, "later"), value(3, "yes")]))).toEqual(["later", "yes"]);
    expect(chosen.lose([value(2, "yes")])).toEqual([]);
  });
});
