import fc from "fast-check";
import { SockAddr } from "../../src/address/index.ts";
import { Field, fieldsOf, Select, type Value } from "../../src/value/index.ts";
import { type Message, USER_AGENT } from "../../src/wire/index.ts";
import { bytes, infoHash, query, uint32, uint64, value } from "../value/arbitraries.ts";

const envelope = {
  tid: uint32,
  id: infoHash,
  network: fc.oneof(fc.constant(0), uint32),
  client: fc.boolean(),
  agent: fc.oneof(fc.constantFrom(USER_AGENT, "RNG1", undefined), fc.string({ unit: "grapheme", maxLength: 10 })),
};
const want = fc.constantFrom(undefined, 0, 1, 2, 3);
const created = fc.option(fc.integer({ min: 0, max: 4e9 }), { nil: undefined });
const version = fc.constantFrom<0 | 1>(0, 1);
const ids = fc.array(uint64, { minLength: 1, maxLength: 5 });
const token = bytes(0, 40);

/** Few and small enough to travel in their message, as decoding gives no others back. */
const values = fc.array(value, { maxLength: 4 }).map(keepSmall);
const announced = fc.constant([]);

const kind = <K extends Message["kind"]>(name: K) => ({ ...envelope, kind: fc.constant(name) });

export const address4 = fc
  .record({ word: uint32, port: fc.integer({ min: 0, max: 65_535 }) })
  .map(({ word, port }) => SockAddr.ipv4(word, port));
export const address6 = fc
  .record({
    a: fc.integer({ min: 1, max: 0xffff_ffff }),
    b: uint32,
    c: uint32,
    d: uint32,
    port: fc.integer({ min: 0, max: 65_535 }),
  })
  .map(({ a, b, c, d, port }) => SockAddr.ipv6(a, b, c, d, port));
export const nodes4 = fc.array(fc.record({ id: infoHash, address: address4 }), { minLength: 1, maxLength: 8 });
export const nodes6 = fc.array(fc.record({ id: infoHash, address: address6 }), { minLength: 1, maxLength: 8 });
const reportedAddress = fc.oneof(address4, address6).map((address) => address.withPort(0));

const selects = fc.subarray([Field.Id, Field.ValueType, Field.OwnerPk, Field.SeqNum, Field.UserType], { minLength: 1 });
const answers = fc.tuple(fc.array(value, { minLength: 1, maxLength: 4 }), selects).map(([values, fieldOrder]) => ({
  fieldOrder,
  fields: values.filter(hasPlausibleOwner).map((value) => fieldsOf(value, new Select(fieldOrder))),
}));

const reply = fc.record(
  { ...kind("reply"), valueId: uint64, reportedAddress, nodes4, nodes6, token, values, announced },
  { requiredKeys: ["tid", "id", "network", "client", "agent", "kind", "values", "announced"] },
);
const fieldsReply = fc
  .tuple(fc.record({ ...kind("reply"), token, announced }), answers)
  .filter(([, { fields }]) => fields.length > 0)
  .map(([message, answer]) => ({ ...message, ...answer, values: [] }));

export const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record(kind("ping")),
  fc.record({ ...kind("find"), target: infoHash, want }),
  fc.record({ ...kind("get"), key: infoHash, query, want }),
  fc.record({ ...kind("put"), key: infoHash, values, announced, created, token }),
  fc.record({ ...kind("refresh"), key: infoHash, valueId: uint64, token }),
  fc.record({ ...kind("listen"), key: infoHash, token, socketId: uint32, version, query }),
  fc.record({
    ...kind("update"),
    socketId: uint32,
    key: infoHash,
    token,
    version,
    values,
    announced,
    created,
    refreshed: fc.constant([]),
    expired: fc.constant([]),
  }),
  fc.record({
    ...kind("update"),
    socketId: uint32,
    token,
    version: fc.constant<0>(0),
    values: fc.constant([]),
    announced,
    refreshed: ids,
    expired: ids,
  }),
  reply,
  fieldsReply,
  fc.record({ ...kind("error"), code: fc.integer({ min: 0, max: 65_535 }), text: fc.string({ unit: "grapheme" }) }),
  fc.record({ ...kind("legacyUpdate"), token, refreshed: ids, expired: ids }),
  fc.record({
    kind: fc.constant<"part">("part"),
    tid: uint32,
    network: uint32,
    client: fc.boolean(),
    parts: fc.array(fc.record({ index: uint32, offset: uint32, data: bytes() }), { maxLength: 3 }),
  }),
);

function keepSmall(values: readonly Value[]): readonly Value[] {
  let bytes = 0;
  return values.filter((value) => {
    bytes += value.getPacked().length;
    return bytes < 600;
  });
}

/** A key is told as DER when it is one, and then it is longer than an id. */
function hasPlausibleOwner(value: Value): boolean {
  return value.owner === undefined || value.owner.length >= 44;
}
