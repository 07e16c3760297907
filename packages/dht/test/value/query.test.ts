import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { Reader, Writer } from "../../src/msgpack/index.ts";
import {
  Field,
  hasQueryToSend,
  MAX_QUERY_BYTES,
  MAX_RESTRICTIONS,
  Query,
  readQuery,
  Select,
  Value,
  Where,
  writeQuery,
} from "../../src/value/index.ts";
import { type Packable, pack } from "../wire/pack.ts";
import { query as anyQuery } from "./arbitraries.ts";

const OWNER = Uint8Array.of(0x30, 1);
const signed = new Value({ id: 5n, type: 3, userType: "t", owner: OWNER, signature: OWNER, seq: 2 });
const plain = new Value({ id: 6n });
const encrypted = new Value({ id: 7n, cypher: OWNER });

describe("a Select", () => {
  test("keeps the order of its fields, each once", () => {
    expect(new Select().field(Field.SeqNum).field(Field.Id).field(Field.SeqNum).fields).toEqual([4, 1]);
  });

  test("is satisfied by one that asks for as much", () => {
    const id = new Select([Field.Id]);
    const both = new Select([Field.SeqNum, Field.Id]);
    expect([id.isSatisfiedBy(both), both.isSatisfiedBy(id), id.isSatisfiedBy(id)]).toEqual([true, false, true]);
    expect([Select.all.isSatisfiedBy(Select.all), Select.all.isSatisfiedBy(id), id.isSatisfiedBy(Select.all)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("a Where", () => {
  test.each([
    ["nothing", new Where(), [true, true, true]],
    ["the id", new Where().id(5n), [true, false, false]],
    ["the type", new Where().valueType(0), [false, true, true]],
    ["the owner", new Where().owner(InfoHash.get(OWNER)), [true, false, false]],
    ["the sequence number", new Where().seq(2), [true, false, false]],
    ["the user type", new Where().userType(""), [false, true, true]],
    ["several", new Where().id(6n).valueType(0), [false, true, false]],
    ["what can't be", new Where().id(5n).id(6n), [false, false, false]],
  ])("that restricts %s matches the values it should", (_, where, matches) => {
    expect([signed, plain, encrypted].map((value) => where.matches(value))).toEqual(matches);
    expect([signed, plain, encrypted].map(where.getFilter())).toEqual(matches);
  });

  test("is satisfied by one that restricts nothing else", () => {
    const narrow = new Where().id(5n).owner(InfoHash.get(OWNER));
    const wide = new Where().owner(InfoHash.get(OWNER));
    expect([narrow.isSatisfiedBy(wide), wide.isSatisfiedBy(narrow), narrow.isSatisfiedBy(Where.all)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(new Where().id(5n).isSatisfiedBy(new Where().id(6n))).toBe(false);
    expect(new Where().seq(5).isSatisfiedBy(new Where().valueType(5))).toBe(false);
    expect(wide.isSatisfiedBy(new Where().owner(InfoHash.get("x")))).toBe(false);
  });
});

describe("a Query", () => {
  test("is satisfied in both halves", () => {
    const ids = new Query(new Select([Field.Id]), new Where().valueType(3));
    expect(ids.isSatisfiedBy(new Query(new Select([Field.Id, Field.SeqNum])))).toBe(true);
    expect(ids.isSatisfiedBy(new Query(new Select([Field.SeqNum]), new Where().valueType(3)))).toBe(false);
    expect(ids.isSatisfiedBy(Query.all)).toBe(false);
  });

  test("that asks for nothing is satisfied by any, and satisfies as all does", () => {
    expect(Query.none.isSatisfiedBy(new Query(new Select([Field.Id])))).toBe(true);
    expect(Query.all.isSatisfiedBy(Query.none)).toBe(true);
  });

  test("is read as it was written", () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        expect(sent(query)).toEqual(query);
      }),
    );
  });

  test("stays at home with its sequence number, and altogether when that is all", () => {
    const query = new Query(Select.all, new Where().seq(4).id(5n));
    expect(sent(query).where.restrictions).toEqual([{ field: Field.Id, value: 5n }]);
    expect([query, new Query(Select.all, new Where().seq(4)), Query.all, undefined].map(hasQueryToSend)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("a packed query", () => {
  const read = (object: Packable) => {
    const reader = new Reader(pack(object));
    const query = readQuery(reader);
    return reader.failed ? undefined : query;
  };

  test("needs both its arrays", () => {
    expect(read({ s: [], w: [] })?.isEmpty).toBe(true);
    for (const object of [{ s: [] }, { w: [] }, {}, [], { s: 1, w: [] }, { s: [], w: {} }]) {
      expect(read(object)).toBeUndefined();
    }
  });

  test("has no more restrictions than a listener can be asked to keep", () => {
    const restrictions = (count: number) => Array.from({ length: count }, () => ({ f: 1, v: 5 }));
    expect(read({ s: [], w: restrictions(MAX_RESTRICTIONS) })?.where.restrictions).toHaveLength(MAX_RESTRICTIONS);
    expect(read({ s: [], w: restrictions(MAX_RESTRICTIONS + 1) })).toBeUndefined();
  });

  test("takes no more bytes than one, nor does ours send more restrictions", () => {
    const long = (length: number) => read({ s: [], w: [{ f: 5, v: "x".repeat(length) }] });
    expect(long(MAX_QUERY_BYTES - 20)).toBeDefined();
    expect(long(MAX_QUERY_BYTES)).toBeUndefined();
    const writer = new Writer();
    writer.begin();
    const wanted = Array.from({ length: MAX_RESTRICTIONS + 5 }, () => ({ field: Field.ValueType, value: 5 }) as const);
    writeQuery(writer, new Query(Select.all, new Where(wanted)));
    expect(readQuery(new Reader(writer.finish())).where.restrictions).toHaveLength(MAX_RESTRICTIONS);
  });

  test("passes over fields that nobody knows, and fields twice", () => {
    expect(read({ s: [4, 0, 1, 9, 4], w: [] })?.select.fields).toEqual([4, 1]);
  });

  test("has its entries in any order", () => {
    expect(read({ w: [{ x: [], v: 5, f: 1 }], s: [] })?.where.restrictions).toEqual([{ field: Field.Id, value: 5n }]);
  });

  test("takes a user type in any of the forms of binary", () => {
    for (const v of ["ab", new TextEncoder().encode("ab"), [97, 98]]) {
      expect(read({ s: [], w: [{ f: 5, v }] })?.where.restrictions).toEqual([{ field: Field.UserType, value: "ab" }]);
    }
  });

  test.each([
    ["of a sequence number", { f: 4, v: 1 }],
    ["of no field", { f: 0, v: 1 }],
    ["of a field that nobody knows", { f: 6, v: 1 }],
    ["without a field", { v: 1 }],
    ["without a value", { f: 1 }],
    ["with an id that is no number", { f: 1, v: "1" }],
    ["with a type that is too high", { f: 2, v: 65_536 }],
    ["with an owner of 19 bytes", { f: 3, v: new Uint8Array(19) }],
    ["with a user type that is a number", { f: 5, v: 5 }],
    ["that is no map", [1, 5]],
  ])("with a restriction %s is refused", (_, restriction) => {
    expect(read({ s: [], w: [restriction] })).toBeUndefined();
  });
});

function sent(query: Query): Query {
  const writer = new Writer();
  writeQuery(writer, query);
  return readQuery(new Reader(writer.finish()));
}
