import { expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { type Filter, Filters, Value } from "../../src/value/index.ts";

const OWNER = Uint8Array.of(0x30, 1);
const ME = InfoHash.get("me");
const value = new Value({ id: 5n, type: 3, userType: "t", owner: OWNER, signature: OWNER, seq: 2, recipient: ME });
const other = new Value({ id: 6n, type: 4 });

test.each<[string, Filter]>([
  ["type", Filters.type(3)],
  ["id", Filters.id(5n)],
  ["recipient", Filters.recipient(ME)],
  ["owner", Filters.owner(InfoHash.get(OWNER))],
  ["seq", Filters.seq(2)],
  ["userType", Filters.userType("t")],
])("%s accepts the values that have it", (_, filter) => {
  expect([filter(value), filter(other)]).toEqual([true, false]);
});

test("a chain accepts what all of its filters accept", () => {
  expect(Filters.and(Filters.type(3), undefined, Filters.id(5n))(value)).toBe(true);
  expect(Filters.and(Filters.type(3), Filters.id(6n))(value)).toBe(false);
  expect(Filters.and()(value)).toBe(true);
});

test("a choice accepts what one of its filters accepts, and everything when one is left out", () => {
  expect(Filters.or(Filters.type(9), Filters.id(5n))(value)).toBe(true);
  expect(Filters.or(Filters.type(9), Filters.id(9n))(value)).toBe(false);
  expect(Filters.or(Filters.type(9), undefined)(value)).toBe(true);
});

test("the opposite of everything is nothing", () => {
  expect(Filters.not(Filters.type(3))(value)).toBe(false);
  expect(Filters.not(Filters.type(9))(value)).toBe(true);
  expect([Filters.not(undefined)(value), Filters.not(Filters.all())(value), Filters.all()(value)]).toEqual([
    false,
    false,
    true,
  ]);
});
