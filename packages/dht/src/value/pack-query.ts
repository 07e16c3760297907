import { decodeText, encodeText, keyCode, literal, mapOf, type Reader, type Writer } from "../msgpack/index.ts";
import { Field, isField } from "./field.ts";
import { Query } from "./query.ts";
import type { Restriction } from "./restriction.ts";
import { Select } from "./select.ts";
import { Where } from "./where.ts";

const SELECT_KEY = keyCode("s");
const WHERE_KEY = keyCode("w");
const FIELD_KEY = keyCode("f");
const VALUE_KEY = keyCode("v");

const QUERY_HEAD = literal(mapOf(2), "s");
const WHERE_HEAD = literal("w");
const RESTRICTION_HEAD = literal(mapOf(2), "f");
const RESTRICTION_VALUE = literal("v");

const MAX_UINT16 = 0xffff;

/** A query with more restrictions than this is none: it would be kept, and asked again and again, for a listener. */
export const MAX_RESTRICTIONS = 16;
/** Nor is one that takes more bytes: listeners may be many, and the queries of all of them are kept. */
export const MAX_QUERY_BYTES = 1024;

/** Whether anything of the query has to travel; a query for all values is left out of messages. */
export function hasQueryToSend(query: Query | undefined): query is Query {
  return query !== undefined && !(query.select.isEmpty && sendable(query.where).length === 0);
}

/** `{s: [field…], w: [{f, v}…]}` in the order in which fields and restrictions were added. */
export function writeQuery(writer: Writer, query: Query): void {
  const { fields } = query.select;
  const restrictions = sendable(query.where);
  writer.raw(QUERY_HEAD);
  writer.arrayHeader(fields.length);
  for (const field of fields) writer.uint(field);
  writer.raw(WHERE_HEAD);
  writer.arrayHeader(restrictions.length);
  for (const restriction of restrictions) writeRestriction(writer, restriction);
}

/** A restriction of the sequence number, or one too many, makes the receiver drop the message, so it stays at home. */
function sendable({ restrictions }: Where): readonly Restriction[] {
  const canAllTravel = restrictions.every(({ field }) => field !== Field.SeqNum);
  const travelling = canAllTravel ? restrictions : restrictions.filter(({ field }) => field !== Field.SeqNum);
  return travelling.length > MAX_RESTRICTIONS ? travelling.slice(0, MAX_RESTRICTIONS) : travelling;
}

function writeRestriction(writer: Writer, restriction: Restriction): void {
  writer.raw(RESTRICTION_HEAD);
  writer.uint(restriction.field);
  writer.raw(RESTRICTION_VALUE);
  switch (restriction.field) {
    case Field.Id:
      writer.uint64(restriction.value);
      break;
    case Field.ValueType:
    case Field.SeqNum:
      writer.uint(restriction.value);
      break;
    case Field.OwnerPk:
      writer.infoHash(restriction.value);
      break;
    case Field.UserType:
      writer.bin(encodeText(restriction.value));
      break;
  }
}

/**
 * The query at the reader's place. The reader fails where either array is missing, a restriction makes no sense, or the
 * query is too large.
 */
export function readQuery(reader: Reader): Query {
  const start = reader.offset;
  let select: Select | undefined;
  let where: Where | undefined;
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) {
    const key = reader.readKey();
    if (key === SELECT_KEY && !select) select = readSelect(reader);
    else if (key === WHERE_KEY && !where) where = readWhere(reader);
    else reader.skip();
  }
  if (!select || !where || reader.offset - start > MAX_QUERY_BYTES) reader.fail();
  return new Query(select, where);
}

/** Numbers that name no field are passed over. */
function readSelect(reader: Reader): Select {
  const fields = new Set<Field>();
  for (let length = reader.readArrayLength(); length > 0 && !reader.failed; length--) {
    const field = reader.readUint(MAX_UINT16);
    if (isField(field)) fields.add(field);
  }
  return fields.size === 0 ? Select.all : new Select([...fields]);
}

function readWhere(reader: Reader): Where {
  const restrictions: Restriction[] = [];
  let length = reader.readArrayLength();
  if (length > MAX_RESTRICTIONS) reader.fail();
  for (; length > 0 && !reader.failed; length--) {
    const restriction = readRestriction(reader);
    if (restriction) restrictions.push(restriction);
  }
  return restrictions.length === 0 ? Where.all : new Where(restrictions);
}

/** The value's form depends on the field, and either may come first. */
function readRestriction(reader: Reader): Restriction | undefined {
  let field = 0;
  let valueOffset = -1;
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) {
    const key = reader.readKey();
    if (key === FIELD_KEY && field === 0) {
      field = reader.readUint(MAX_UINT16);
      continue;
    }
    if (key === VALUE_KEY && valueOffset < 0) valueOffset = reader.offset;
    reader.skip();
  }
  if (reader.failed || valueOffset < 0) {
    reader.fail();
    return undefined;
  }
  const end = reader.offset;
  reader.rewind(valueOffset);
  const restriction = readRestrictionValue(reader, field);
  if (!reader.failed) reader.rewind(end);
  return restriction;
}

function readRestrictionValue(reader: Reader, field: number): Restriction | undefined {
  switch (field) {
    case Field.Id:
      return { field: Field.Id, value: reader.readUint64() };
    case Field.ValueType:
      return { field: Field.ValueType, value: reader.readUint(MAX_UINT16) };
    case Field.OwnerPk:
      return { field: Field.OwnerPk, value: reader.readInfoHash() };
    case Field.UserType: {
      const bytes = reader.readBlob();
      return { field: Field.UserType, value: decodeText(bytes, 0, bytes.length) };
    }
    default:
      reader.fail();
      return undefined;
  }
}
