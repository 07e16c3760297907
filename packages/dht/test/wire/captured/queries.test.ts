import { expect, test } from "vitest";
import { InfoHash } from "../../../src/id/index.ts";
import { Reader, toHex, Writer } from "../../../src/msgpack/index.ts";
import { Field, Query, readQuery, Select, Where, writeQuery } from "../../../src/value/index.ts";
import { bytesOf, QUERIES, vectorsLike } from "./load.ts";

test.each(QUERIES)("$name is read, and written to the very same bytes", (vector) => {
  const reader = new Reader(bytesOf(vector));
  const query = readQuery(reader);
  expect(reader.failed).toBe(false);
  expect(packed(query)).toBe(vector.hex);
});

const OWNER = InfoHash.fromHex("579233b2c479241523cba5e3af55d0f50f2d6414");

test.each([
  ["where", new Query(Select.all, new Where().id(12n).valueType(3).userType("text/plain"))],
  ["select", new Query(new Select().field(Field.SeqNum).field(Field.Id))],
  ["owner", new Query(Select.all, new Where().owner(OWNER))],
  ["str", Query.parse("SELECT id,seq WHERE id=5,user_type=foo")],
])("query-%s can be made by hand", (name, query) => {
  for (const vector of vectorsLike(new RegExp(`^query-${name}-`))) expect(packed(query)).toBe(vector.hex);
});

function packed(query: Query): string {
  const writer = new Writer();
  writeQuery(writer, query);
  return toHex(writer.finish());
}
