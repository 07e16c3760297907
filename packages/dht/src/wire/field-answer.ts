import { InfoHash } from "../id/index.ts";
import { keyCode, literal, mapOf, type Reader, type Writer } from "../msgpack/index.ts";
import { Field, type FieldValues, isField } from "../value/index.ts";

/** What a reply says to a query with a Select. */
export interface FieldAnswer {
  /** Ascending, each once. */
  readonly order: readonly Field[];
  readonly values: readonly FieldValues[];
}

/** FieldValues while they are being read. */
type Answer = { -readonly [Name in keyof FieldValues]: FieldValues[Name] };

const FIELDS_KEY = keyCode("f");
const VALUES_KEY = keyCode("v");

/** The misspelling is the real name. */
const FIELDS_HEAD = literal("fileds", mapOf(2), "f");
const VALUES_HEAD = literal("v");

const MAX_UINT16 = 0xffff;

/** The shortest public key in DER (Ed25519); what is shorter isn't worth a hash. */
const MIN_KEY_BYTES = 44;

/**
 * `{f: [field…], v: [entry…]}`, entries value by value. Values with an entry of the wrong type are left out, and
 * so are fields that nobody knows; when that is all, there is no answer. The reader fails where either array is missing
 * or no field is told.
 */
export function readFieldAnswer(reader: Reader): FieldAnswer | undefined {
  let numbers: readonly number[] | undefined;
  let valuesOffset = -1;
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) {
    const key = reader.readKey();
    if (key === FIELDS_KEY && !numbers) {
      numbers = readNumbers(reader);
      continue;
    }
    if (key === VALUES_KEY && valuesOffset < 0) valuesOffset = reader.offset;
    reader.skip();
  }
  if (reader.failed || !numbers || numbers.length === 0 || valuesOffset < 0) {
    reader.fail();
    return undefined;
  }
  const end = reader.offset;
  reader.rewind(valuesOffset);
  const values = readAllFields(reader, numbers);
  if (!reader.failed) reader.rewind(end);
  const order = [...new Set(numbers.filter(isField))].sort((a, b) => a - b);
  return order.length === 0 ? undefined : { order, values };
}

function readNumbers(reader: Reader): readonly number[] {
  const numbers: number[] = [];
  for (let length = reader.readArrayLength(); length > 0 && !reader.failed; length--) {
    numbers.push(reader.readUint(MAX_UINT16));
  }
  return numbers;
}

function readAllFields(reader: Reader, numbers: readonly number[]): readonly FieldValues[] {
  const values: FieldValues[] = [];
  const count = Math.floor(reader.readArrayLength() / numbers.length);
  for (let i = 0; i < count && !reader.failed; i++) {
    const fields = readFields(reader, numbers);
    if (fields) values.push(fields);
  }
  return values;
}

/** One value's entries; undefined when one has the wrong type. */
function readFields(reader: Reader, numbers: readonly number[]): FieldValues | undefined {
  const fields: Answer = {};
  let isValid = true;
  for (const number of numbers) {
    const start = reader.offset;
    readField(reader, number, fields);
    if (!reader.failed) continue;
    isValid = false;
    reader.rewind(start);
    reader.skip();
  }
  return isValid ? fields : undefined;
}

function readField(reader: Reader, number: number, into: Answer): void {
  switch (number) {
    case Field.Id:
      into.id = reader.readUint64();
      break;
    case Field.ValueType:
      into.valueType = reader.readUint(MAX_UINT16);
      break;
    case Field.OwnerPk:
      readOwner(reader, into);
      break;
    case Field.SeqNum:
      into.seq = reader.readUint(MAX_UINT16);
      break;
    case Field.UserType:
      into.userType = reader.readText();
      break;
    default:
      reader.skip();
  }
}

/** A short key id, or the whole key in DER, as nodes answer for signed values. */
function readOwner(reader: Reader, into: Answer): void {
  const bytes = reader.readBlob();
  if (bytes.length === InfoHash.BYTES) into.owner = InfoHash.fromBytes(bytes);
  else if (bytes.length < MIN_KEY_BYTES) reader.fail();
  else {
    into.owner = InfoHash.get(bytes);
    into.ownerKey = bytes;
  }
}

export function writeFieldAnswer(writer: Writer, order: readonly Field[], values: readonly FieldValues[]): void {
  const fields = [...order].sort((a, b) => a - b);
  writer.raw(FIELDS_HEAD);
  writer.arrayHeader(fields.length);
  for (const field of fields) writer.uint(field);
  writer.raw(VALUES_HEAD);
  writer.arrayHeader(values.length * fields.length);
  for (const value of values) for (const field of fields) writeField(writer, field, value);
}

function writeField(writer: Writer, field: Field, value: FieldValues): void {
  switch (field) {
    case Field.Id:
      writer.uint64(value.id ?? 0n);
      break;
    case Field.ValueType:
      writer.uint(value.valueType ?? 0);
      break;
    case Field.OwnerPk:
      if (value.ownerKey) writer.bin(value.ownerKey);
      else writer.infoHash(value.owner ?? InfoHash.zero);
      break;
    case Field.SeqNum:
      writer.uint(value.seq ?? 0);
      break;
    case Field.UserType:
      writer.text(value.userType ?? "");
      break;
  }
}
