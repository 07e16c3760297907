import { describe, expect, test } from "vitest";
import { describePacked } from "../../../src/msgpack/index.ts";
import { decodeMessage, encodeMessage, type Message } from "../../../src/wire/index.ts";
import { bytesOf, DATAGRAMS, MALFORMED, type Vector } from "./load.ts";
import { saidBy, seenIn } from "./said.ts";

describe.each(DATAGRAMS)("$name", (vector) => {
  test("decodes to what it says", () => {
    expect(seenIn(decoded(vector))).toEqual(saidBy(vector.decoded));
  });

  test("is encoded to the very same bytes", () => {
    expect(encodeMessage(decoded(vector))).toEqual(bytesOf(vector));
  });

  test("is drawn as the vector's picture, order included", () => {
    expect(JSON.stringify(describePacked(bytesOf(vector)))).toBe(JSON.stringify(vector.decoded));
  });
});

test.each(MALFORMED)("$name is malformed, and that is all", (vector) => {
  expect(decodeMessage(bytesOf(vector)).kind).toBe("malformed");
});

function decoded(vector: Vector): Message {
  const message = decodeMessage(bytesOf(vector));
  if (message.kind === "malformed") throw new Error(`${vector.name}: ${message.reason}`);
  return message;
}
