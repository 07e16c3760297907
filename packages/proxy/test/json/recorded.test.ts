import { describe, expect, test } from "vitest";
import { JsonSyntaxError, JsonTypeError, readJson, readValue, valueLine } from "../../src/json/index.ts";
import { vectors } from "../vectors/exchanges.ts";

const puts = vectors.exchanges.filter(
  ({ name, request }) =>
    request.method === "POST" && name.startsWith("4.3.1/put") && request.body && !request.body.includes("repeated"),
);
const lines = vectors.exchanges.flatMap(({ name, response }) =>
  name.includes("/get") || name.startsWith("listen") ? (response?.chunks ?? []).flatMap(linesOf) : [],
);

describe("what a real proxy 4.3.1 was sent", () => {
  test.each(puts.map((put) => [put.name, put] as const))(
    "is read and echoed as it did: %s",
    (_, { request, response }) => {
      const read = () => readValue(readJson(request.body ?? ""));
      switch (response?.status) {
        case 200: {
          const echo = JSON.parse(response?.body ?? "");
          expect(valueLine(read().withId(BigInt(echo.id)))).toBe(response?.body);
          break;
        }
        case 400:
          expect(read).toThrow(JsonSyntaxError);
          break;
        default:
          expect(read).toThrow(JsonTypeError);
      }
    },
  );

  test("has all kinds of outcomes", () => {
    expect(new Set(puts.map(({ response }) => response?.status))).toEqual(new Set([200, 400, 500]));
  });
});

test("lines that real proxies sent are read and written again as they were", () => {
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) {
    const json = readJson(line);
    const expired = line.includes('"expired":true');
    // Up to version 3 the owner's PEM ends with a NUL, which is not kept.
    expect(valueLine(readValue(json), expired)).toBe(line.replace("\\u0000", ""));
  }
});

function linesOf(chunk: string): string[] {
  return chunk.split(/(?<=\n)/).filter((line) => line !== "");
}
