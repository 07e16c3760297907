import fc from "fast-check";
import { expect, test } from "vitest";
import { Query, Value } from "../../src/value/index.ts";
import { decodeMessage, describeMessage, encodeMessage } from "../../src/wire/index.ts";
import { visible } from "../value/arbitraries.ts";
import { message } from "./arbitraries.ts";

test("what is encoded is decoded to the same message", () => {
  fc.assert(
    fc.property(message, (original) => {
      expect(comparable(decodeMessage(encodeMessage(original)))).toEqual(comparable(original));
    }),
    { numRuns: 2000 },
  );
});

test("what is decoded is encoded to the same bytes", () => {
  fc.assert(
    fc.property(message, (original) => {
      const datagram = encodeMessage(original);
      const decoded = decodeMessage(datagram);
      expect(decoded.kind).not.toBe("malformed");
      if (decoded.kind !== "malformed") expect(encodeMessage(decoded)).toEqual(datagram);
    }),
    { numRuns: 2000 },
  );
});

test("any message can be described", () => {
  fc.assert(
    fc.property(message, (original) => {
      expect(describeMessage(original)).toBeTypeOf("object");
    }),
  );
});

test("datagrams handed out are never written again", () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 2, maxLength: 50 }), (messages) => {
      const datagrams = messages.map((original) => encodeMessage(original));
      const copies = datagrams.map((datagram) => Uint8Array.from(datagram));
      for (const original of messages) encodeMessage(original);
      expect(datagrams).toEqual(copies);
    }),
  );
});

/** What can be compared of a message: values by what is visible of them, without what isn't there. */
function comparable(object: unknown): unknown {
  if (object instanceof Value) return visible(object);
  if (Array.isArray(object)) return object.map(comparable);
  if (!isRecord(object)) return object;
  const entries = Object.entries(object).filter(([name, entry]) => entry !== undefined && name !== "hasBrokenNodes");
  const isSaid = ([, entry]: [string, unknown]) => !(entry instanceof Query && entry.isEmpty);
  return Object.fromEntries(entries.filter(isSaid).map(([name, entry]) => [name, comparable(entry)]));
}

/** Messages and their parts; not ids, addresses and the like. */
function isRecord(object: unknown): object is object {
  if (typeof object !== "object" || object === null) return false;
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || prototype === Object.prototype;
}
