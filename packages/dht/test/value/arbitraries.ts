import fc from "fast-check";
import { InfoHash } from "../../src/id/index.ts";
import { Field, Query, type Restriction, Select, Value, Where } from "../../src/value/index.ts";

export const infoHash = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => InfoHash.fromBytes(bytes));
export const uint16 = fc.integer({ min: 0, max: 0xffff });
export const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
/** Small ids as often as large ones: they are packed differently. */
export const uint64 = fc.oneof(uint16.map(BigInt), uint32.map(BigInt), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
export const bytes = (minLength = 0, maxLength = 80) => fc.uint8Array({ minLength, maxLength });
/** Any Unicode text: its UTF-8 form is reversible. */
const text = fc.string({ unit: "grapheme", maxLength: 40 });

const outer = { id: uint64, priority: fc.constantFrom(0, 0, 1), pushType: fc.constantFrom("", "", "audioCall") };
const content = { type: uint16, data: fc.oneof(bytes(), bytes(200, 700)), userType: fc.oneof(fc.constant(""), text) };

const plainValue = fc.record({ ...outer, ...content }).map((init) => new Value(init));
const encryptedValue = fc.record({ ...outer, cypher: bytes(1, 400) }).map((init) => new Value(init));
const signedValue = fc
  .record({
    ...outer,
    ...content,
    owner: bytes(1, 300).filter((owner) => owner[0] !== 45),
    seq: uint16,
    signature: bytes(1, 300),
    recipient: fc.oneof(fc.constant(InfoHash.zero), infoHash),
  })
  .map((init) => new Value(init));

export const value = fc.oneof(plainValue, signedValue, encryptedValue);

const field = fc.constantFrom(Field.Id, Field.ValueType, Field.OwnerPk, Field.SeqNum, Field.UserType);
const select = fc.uniqueArray(field).map((fields) => new Select(fields));

/** What can travel: a restriction of the sequence number can't. */
const restriction: fc.Arbitrary<Restriction> = fc.oneof(
  fc.record({ field: fc.constant(Field.Id), value: uint64 }),
  fc.record({ field: fc.constant(Field.ValueType), value: uint16 }),
  fc.record({ field: fc.constant(Field.OwnerPk), value: infoHash }),
  fc.record({ field: fc.constant(Field.UserType), value: text }),
);
const where = fc.array(restriction, { maxLength: 4 }).map((restrictions) => new Where(restrictions));

export const query = fc.tuple(select, where).map(([fields, conditions]) => new Query(fields, conditions));

/** All of a value that can be seen, for comparison. */
export function visible(value: Value): Record<string, unknown> {
  const { id, type, data, userType, priority, pushType, owner, seq, recipient, signature, cypher } = value;
  return { id, type, data, userType, priority, pushType, owner, seq, recipient: `${recipient}`, signature, cypher };
}
