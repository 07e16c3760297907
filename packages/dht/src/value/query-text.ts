import { QueryParseError } from "../errors/index.ts";
import { InfoHash } from "../id/index.ts";
import { Field } from "./field.ts";
import type { Restriction } from "./restriction.ts";

const FIELDS_BY_NAME: ReadonlyMap<string, Field> = new Map([
  ["id", Field.Id],
  ["value_type", Field.ValueType],
  ["owner_pk", Field.OwnerPk],
  ["seq", Field.SeqNum],
  ["user_type", Field.UserType],
]);

/** Both halves may be left out. A SELECT list has no spaces, so what follows it up to WHERE must be blank. */
const QUERY = /^(?:(?:SELECT|select)\s+(\S+))?(?:(?:^|\s+)(?:WHERE|where)\s+(.*))?$/s;

/** One `name=value` and the comma after it; a value is a quoted string (no escapes) or runs to the next comma. */
const RESTRICTION = /\s*([^\s=,]+)\s*=\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)/y;

/** What a query's text selects and restricts. Throws QueryParseError. */
export function parseQueryText(text: string): {
  readonly fields: readonly Field[];
  readonly restrictions: readonly Restriction[];
} {
  const parts = QUERY.exec(text.trim());
  if (!parts) throw new QueryParseError(`Error parsing query: expected [SELECT …] [WHERE …], got: ${text}`);
  return { fields: parseFields(parts[1] ?? ""), restrictions: parseRestrictions(parts[2] ?? "") };
}

/** A field as it is printed in a SELECT list; the owner's name differs from the one that is read, as in OpenDHT. */
export function fieldName(field: Field): string {
  return field === Field.OwnerPk ? "owner_public_key" : restrictionName(field);
}

export function formatRestriction(restriction: Restriction): string {
  const value = restriction.field === Field.UserType ? `"${restriction.value}"` : `${restriction.value}`;
  return `${restrictionName(restriction.field)}=${value}`;
}

/** Each field once; names that are none are passed over. */
function parseFields(list: string): readonly Field[] {
  const fields = new Set<Field>();
  for (const name of list.split(",")) {
    const field = FIELDS_BY_NAME.get(name);
    if (field !== undefined) fields.add(field);
  }
  return [...fields];
}

function parseRestrictions(list: string): readonly Restriction[] {
  const restrictions: Restriction[] = [];
  for (let offset = 0; offset < list.length; offset = RESTRICTION.lastIndex) {
    RESTRICTION.lastIndex = offset;
    const match = RESTRICTION.exec(list);
    if (!match) throw incorrectToken(list.slice(offset));
    restrictions.push(restriction(match[1] ?? "", match[2] ?? match[3]?.trim() ?? ""));
  }
  return restrictions;
}

function restriction(name: string, text: string): Restriction {
  const field = FIELDS_BY_NAME.get(name);
  switch (field) {
    case Field.Id:
      return { field, value: parseInteger(name, text, 2n ** 64n) };
    case Field.ValueType:
    case Field.SeqNum:
      return { field, value: Number(parseInteger(name, text, 2n ** 16n)) };
    case Field.OwnerPk:
      return { field, value: InfoHash.tryFromHex(text) };
    case Field.UserType:
      return { field, value: text };
    default:
      throw incorrectToken(name);
  }
}

function parseInteger(name: string, text: string, limit: bigint): bigint {
  const value = /^\d+$/.test(text) ? BigInt(text) : limit;
  if (value >= limit) {
    throw new QueryParseError(`Error parsing query. (WHERE) ${name} must be an integer below ${limit}, not "${text}"`);
  }
  return value;
}

function incorrectToken(token: string): QueryParseError {
  return new QueryParseError(`Error parsing query. (WHERE) incorrect token near: ${token}`);
}

function restrictionName(field: Field): string {
  for (const [name, candidate] of FIELDS_BY_NAME) if (candidate === field) return name;
  return "";
}
