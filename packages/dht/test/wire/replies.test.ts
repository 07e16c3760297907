import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { Field, fieldsOf, Select, Value } from "../../src/value/index.ts";
import { encodeMessage, type Reply, USER_AGENT } from "../../src/wire/index.ts";
import { pack, Raw } from "./pack.ts";
import { decodeAs, ID, isMalformed, reply } from "./queries.ts";

const REPLY: Reply = {
  kind: "reply",
  tid: 1,
  id: ID,
  network: 0,
  client: false,
  agent: USER_AGENT,
  values: [],
  announced: [],
};
const NODE4 = Uint8Array.of(...ID.bytes, 10, 1, 2, 3, 0x10, 0x7e);
const NODE6 = Uint8Array.of(...ID.bytes, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x10, 0x7e);
const MAPPED = Uint8Array.of(...ID.bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3, 0x10, 0x7e);

describe("a node list", () => {
  test("is ids and addresses in a row", () => {
    const message = decodeAs("reply", reply({ n4: Uint8Array.of(...NODE4, ...NODE4), n6: NODE6 }));
    expect(message.nodes4?.map(({ id, address }) => `${id} ${address}`)).toEqual(Array(2).fill(`${ID} 10.1.2.3:4222`));
    expect(message.nodes6?.map(({ id, address }) => `${id} ${address}`)).toEqual([`${ID} [2001:db8::1]:4222`]);
    expect(message.hasBrokenNodes).toBe(false);
  });

  test("may be str or an array of integers", () => {
    expect(decodeAs("reply", reply({ n4: [...NODE4] })).nodes4).toHaveLength(1);
    expect(decodeAs("reply", reply({ n4: new Raw(0xba, ...NODE4) })).nodes4).toHaveLength(1);
  });

  test("may be empty", () => {
    expect(decodeAs("reply", reply({ n4: new Uint8Array(0) }))).toMatchObject({ nodes4: [], hasBrokenNodes: false });
  });

  test.each([
    ["n4", 25],
    ["n4", 27],
    ["n6", 26],
    ["n6", 39],
  ])("%s of %i bytes breaks the reply, which still says whose it is", (name, length) => {
    const message = decodeAs("reply", reply({ [name]: new Uint8Array(length), token: Uint8Array.of(1) }));
    expect([message.hasBrokenNodes, message.tid, message.id.equals(ID)]).toEqual([true, 7, true]);
  });

  test("holds no IPv4 addresses in the clothes of IPv6", () => {
    const message = decodeAs("reply", reply({ n6: Uint8Array.of(...MAPPED, ...NODE6) }));
    expect(message.nodes6?.map(({ address }) => address.family)).toEqual([6]);
    expect(message.hasBrokenNodes).toBe(false);
  });

  test("without nodes is left out", () => {
    const message = decodeAs("reply", encodeMessage({ ...REPLY, nodes4: [], nodes6: [] }));
    expect([message.nodes4, message.nodes6]).toEqual([undefined, undefined]);
  });
});

describe("the address reported", () => {
  test.each(["10.1.2.3", "2001:db8::1"])("%s comes without its port", (host) => {
    const reportedAddress = SockAddr.fromHost(host, 4222);
    const message = decodeAs("reply", encodeMessage({ ...REPLY, reportedAddress }));
    expect([message.reportedAddress?.host, message.reportedAddress?.port]).toEqual([host, 0]);
  });

  test("of another length says nothing, of another type is malformed", () => {
    expect(decodeAs("reply", reply({ sa: new Uint8Array(6) })).reportedAddress).toBeUndefined();
    expect(isMalformed(reply({ sa: "abcd" }))).toBe(true);
    expect(isMalformed(reply({ sa: [10, 1, 2, 3] }))).toBe(true);
  });
});

describe("answers to a Select", () => {
  const key = new Uint8Array(162).fill(0x30);
  const signed = new Value({ id: 5n, owner: key, seq: 3, signature: Uint8Array.of(1), userType: "text/plain" });
  const plain = new Value({ id: 6n, type: 3 });

  test("leave nothing out: what a value lacks is zero, empty, or the zero hash", () => {
    const select = new Select([Field.Id, Field.ValueType, Field.OwnerPk, Field.SeqNum, Field.UserType]);
    const fields = [signed, plain].map((value) => fieldsOf(value, select));
    const message = decodeAs("reply", encodeMessage({ ...REPLY, fields, fieldOrder: select.fields }));
    expect(message.fieldOrder).toEqual([1, 2, 3, 4, 5]);
    expect(message.fields).toEqual([
      { id: 5n, valueType: 0, owner: InfoHash.get(key), ownerKey: key, seq: 3, userType: "text/plain" },
      { id: 6n, valueType: 3, owner: InfoHash.zero, seq: 0, userType: "" },
    ]);
  });

  test("of an encrypted value show its id alone", () => {
    const hidden = new Value({ id: 9n, cypher: Uint8Array.of(1, 2, 3) });
    const select = new Select([Field.Id, Field.ValueType, Field.OwnerPk, Field.SeqNum, Field.UserType]);
    expect(fieldsOf(hidden, select)).toEqual({ id: 9n, valueType: 0, owner: InfoHash.zero, seq: 0, userType: "" });
  });

  test("come in ascending order, whatever was selected first", () => {
    const fieldOrder = [Field.UserType, Field.Id];
    const message = decodeAs(
      "reply",
      encodeMessage({ ...REPLY, fields: [fieldsOf(plain, new Select(fieldOrder))], fieldOrder }),
    );
    expect(message.fieldOrder).toEqual([Field.Id, Field.UserType]);
    expect(message.fields).toEqual([{ id: 6n, userType: "" }]);
  });

  test("exclude values", () => {
    const fields = [fieldsOf(plain, new Select([Field.Id]))];
    const message = decodeAs("reply", encodeMessage({ ...REPLY, values: [plain], fields, fieldOrder: [Field.Id] }));
    expect([message.values, message.fields?.length]).toEqual([[], 1]);
  });

  const answered = (f: readonly number[], v: Parameters<typeof pack>[0]) =>
    decodeAs("reply", pack({ r: { id: ID.bytes, fileds: { v, f } }, t: 1 }));

  test("are read value by value; one of the wrong type is dropped alone, and so is a rest", () => {
    expect(answered([1, 5], [1, "a", "x", "b", 2, 7, 3, Uint8Array.of(0x63), 4]).fields).toEqual([
      { id: 1n, userType: "a" },
      { id: 3n, userType: "c" },
    ]);
  });

  test("tell the owner by id or by whole key", () => {
    expect(answered([3], [ID.bytes, key, Uint8Array.of(1)]).fields).toEqual([
      { owner: ID },
      { owner: InfoHash.get(key), ownerKey: key },
    ]);
  });

  test("to fields that nobody knows are passed over", () => {
    const message = answered([0, 1, 9], [true, 4, ["?"]]);
    expect([message.fieldOrder, message.fields]).toEqual([[1], [{ id: 4n }]]);
  });

  test("without fields are malformed", () => {
    expect(isMalformed(reply({ fileds: { v: [] } }))).toBe(true);
    expect(isMalformed(reply({ fileds: { f: [], v: [] } }))).toBe(true);
    expect(isMalformed(reply({ fileds: { f: [1] } }))).toBe(true);
  });
});
