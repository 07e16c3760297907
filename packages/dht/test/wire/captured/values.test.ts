import { describe, expect, test } from "vitest";
import { describePacked, toHex } from "../../../src/msgpack/index.ts";
import { packedValueSize, Value } from "../../../src/value/index.ts";
import { decodeMessage, encodeMessage, encodeParts } from "../../../src/wire/index.ts";
import { bytesOf, DATAGRAMS, VALUE_PARTS, VALUES, type Vector, vector, vectorsLike } from "./load.ts";

describe.each(VALUES)("$name", (captured) => {
  const value = Value.fromPacked(bytesOf(captured));

  test("is packed to the very same bytes, as many as were foretold", () => {
    expect(toHex(value.getPacked())).toBe(captured.hex);
    expect(packedValueSize(value)).toBe(captured.hex.length / 2);
  });

  test("holds what it says", () => {
    expect(JSON.stringify(describePacked(value.getPacked()))).toBe(JSON.stringify(captured.decoded));
  });

  test("survives JSON", () => {
    const again = Value.fromJSON(JSON.parse(JSON.stringify(value)));
    expect(toHex(again.getPacked())).toBe(captured.hex);
  });
});

describe.each(VALUE_PARTS)("$name", (captured) => {
  const whole = (kind: string) => Value.fromPacked(bytesOf(vector(captured.name.replace(`-${kind}-`, "-"))));

  test("is what the whole value gives", () => {
    const kind = /(tosign|toencrypt|inner|cypher|sig)-/.exec(captured.name)?.[1] ?? "";
    const value = whole(kind);
    switch (kind) {
      case "tosign":
        expect(toHex(value.getToSign())).toBe(captured.hex);
        break;
      case "toencrypt":
        expect(toHex(value.getToEncrypt())).toBe(captured.hex);
        break;
      case "sig":
        expect(value.signature && toHex(value.signature)).toBe(captured.hex);
        break;
      case "cypher":
        expect(value.cypher && toHex(value.cypher)).toBe(captured.hex);
        break;
      case "inner": {
        const inner = Value.fromDecrypted(bytesOf(captured), value);
        expect(toHex(inner.getToEncrypt())).toBe(captured.hex);
        expect(inner.id).toBe(value.id);
        break;
      }
      default:
        throw new Error(`${captured.name} is no part of a value`);
    }
  });
});

/** Headers with sizes; what belongs to each names it in its note. */
const HEADERS = DATAGRAMS.filter(({ name }) => name.includes("-header") && !name.includes("-part-"));

describe.each(HEADERS)("$name", (header) => {
  const belongings = vectorsLike(/-(part|assembled)-/).filter(({ note }) => note?.split(/[ ,]/).includes(header.name));
  const assembled = belongings.filter(({ name }) => name.includes("-assembled-"));
  const parts = belongings.filter(({ name }) => name.includes("-part-"));

  test("announces the sizes of its values", () => {
    const message = decodeMessage(bytesOf(header));
    if (!("announced" in message)) throw new Error("carries no values");
    expect(message.announced).toEqual(assembled.map(({ hex }, index) => ({ index, size: hex.length / 2 })));
  });

  test("is made, with all its parts, from the message that has the values", () => {
    const message = decodeMessage(bytesOf(header));
    if (!("announced" in message)) throw new Error("carries no values");
    const whole = { ...message, values: assembled.map((value) => Value.fromPacked(bytesOf(value))), announced: [] };
    expect(toHex(encodeMessage(whole))).toBe(header.hex);
    expect(encodeParts(whole).map(toHex)).toEqual(parts.map((part: Vector) => part.hex));
  });
});
