import fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf } from "../../src/client/json-lines.ts";
import { readValueLine } from "../../src/client/value-lines.ts";

const line = fc.string({ unit: "binary" }).filter((text) => !text.includes("\n") && text.trim() !== "");

test("lines come out as they went in, wherever the bytes are split", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat()), fc.boolean(), async (lines, cuts, hasEnd) => {
      const bytes = new TextEncoder().encode(lines.join("\n") + (hasEnd ? "\n" : ""));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((place, index) => bytes.slice(places[index], place));
      const batches = await Array.fromAsync(linesOf(ReadableStream.from(chunks)));
      // What can't be UTF-8, as a lone half of a pair, is replaced on the way.
      expect(batches.flat()).toEqual(lines.map((text) => text.toWellFormed()));
    }),
  );
});

test("a blank line is a sign of life, and says nothing", async () => {
  const chunks = ["\n", "a\n\nb\n", "\r\n"].map((text) => new TextEncoder().encode(text));
  expect(await Array.fromAsync(linesOf(ReadableStream.from(chunks)))).toEqual([[], ["a", "b"], []]);
});

test("whatever a line says, it is understood or it is not", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      expect(["value", "end", "unreadable"]).toContain(readValueLine(text).kind);
    }),
  );
});
