import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { Field, Query, Select, Where } from "../../src/value/index.ts";
import { query as anyQuery } from "./arbitraries.ts";

const OWNER = InfoHash.get("owner");

describe("query text", () => {
  test.each([
    ["", [], 0],
    ["SELECT *", [], 0],
    ["SELECT id", [Field.Id], 0],
    ["select seq,id,seq", [Field.SeqNum, Field.Id], 0],
    ["SELECT id,value_type,owner_pk,seq,user_type", [1, 2, 3, 4, 5], 0],
    ["SELECT id,nonsense", [Field.Id], 0],
    ["WHERE id=5", [], 1],
    ["where id=5,value_type=3 , seq=2", [], 3],
    ["SELECT id WHERE id=5", [Field.Id], 1],
    ["  SELECT   id   WHERE   id = 5  ", [Field.Id], 1],
  ])("%j", (text, fields, restrictions) => {
    const query = Query.parse(text);
    expect([query.select.fields, query.where.restrictions.length]).toEqual([fields, restrictions]);
  });

  test("holds integers, ids, and strings with or without quotes", () => {
    const { restrictions } = Where.parse(
      `WHERE id=18446744073709551615,owner_pk=${OWNER},user_type="a, b=c",user_type=text/plain`,
    );
    expect(restrictions.map(({ value }) => `${value}`)).toEqual([
      "18446744073709551615",
      `${OWNER}`,
      "a, b=c",
      "text/plain",
    ]);
  });

  test.each([
    ["WHERE name=5", "Error parsing query. (WHERE) incorrect token near: name"],
    ["WHERE id", "Error parsing query. (WHERE) incorrect token near: id"],
    [
      "WHERE id=5 value_type=3",
      'Error parsing query. (WHERE) id must be an integer below 18446744073709551616, not "5 value_type=3"',
    ],
    ["WHERE id=-1", 'Error parsing query. (WHERE) id must be an integer below 18446744073709551616, not "-1"'],
    ["WHERE value_type=65536", 'Error parsing query. (WHERE) value_type must be an integer below 65536, not "65536"'],
    ["Select id", "Error parsing query: expected [SELECT …] [WHERE …], got: Select id"],
    ["SELECT id, seq", "Error parsing query: expected [SELECT …] [WHERE …], got: SELECT id, seq"],
  ])("%j can't be understood, and says why", (text, message) => {
    expect(() => Query.parse(text)).toThrow(expect.objectContaining({ code: "ERR_QUERY_PARSE", message }));
  });

  test("is printed as OpenDHT prints queries", () => {
    expect(`${Query.all}`).toBe("Query[SELECT * ]");
    expect(`${new Query(new Select([Field.Id, Field.OwnerPk]))}`).toBe("Query[SELECT id,owner_public_key ]");
    expect(`${new Where().id(5n).userType("t")}`).toBe('WHERE id=5,user_type="t"');
  });

  test("of a Where is read as it is printed", () => {
    fc.assert(
      fc.property(anyQuery, ({ where }) => {
        fc.pre(where.restrictions.every(({ value }) => typeof value !== "string" || !value.includes('"')));
        expect(Where.parse(`${where}`)).toEqual(where);
      }),
    );
  });
});
