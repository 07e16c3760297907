import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import {
  DhtMessage,
  type EditContext,
  IpServiceAnnouncement,
  type Refusal,
  type StoreContext,
  Value,
  type ValueInit,
  ValueTypeRegistry,
} from "../../src/value/index.ts";

const KEY = InfoHash.get("key");
const FROM = InfoHash.get("node");
const ADDRESS = SockAddr.parse("10.1.2.3:4222") ?? expect.unreachable("an address");
const OWNER = Uint8Array.of(0x30, 1);
const SIGNED: ValueInit = { id: 1n, owner: OWNER, signature: Uint8Array.of(1), seq: 5, data: Uint8Array.of(1) };

const registry = new ValueTypeRegistry();

const storing = (value: Value): StoreContext => ({ key: KEY, value, from: FROM, address: ADDRESS });
const editing = (oldValue: Value, newValue: Value): EditContext => ({
  key: KEY,
  oldValue,
  newValue,
  from: FROM,
  address: ADDRESS,
});

function mayStore(value: Value, types = registry): true | Value | Refusal {
  return types.get(value.type).storePolicy(storing(value));
}

function mayEdit(before: ValueInit, after: ValueInit, types = registry): true | Value | Refusal {
  const oldValue = new Value(before);
  return types.get(oldValue.type).editPolicy(editing(oldValue, new Value(after)));
}

test.each([
  [0, 10],
  [1, 5],
  [2, 15],
  [3, 5],
  [4, 7 * 24 * 60],
  [5, 1],
  [8, 7 * 24 * 60],
  [99, 10],
])("values of type %i live %i minutes", (type, minutes) => {
  expect(registry.get(type).expirationMs).toBe(minutes * 60_000);
});

describe("a plain value", () => {
  test("is stored up to 65536 bytes", () => {
    expect(mayStore(new Value(new Uint8Array(65_536)))).toBe(true);
    expect(mayStore(new Value(new Uint8Array(65_537)))).toBe("ERR_POLICY");
    expect(mayStore(new Value({ cypher: new Uint8Array(65_536), pushType: "x" }))).toBe("ERR_POLICY");
  });

  test("is never replaced by another, signed or not", () => {
    expect(mayEdit({ id: 1n }, { id: 1n, data: OWNER })).toBe("ERR_POLICY");
    expect(mayEdit({ id: 1n }, SIGNED)).toBe("ERR_POLICY");
    expect(mayEdit({ id: 1n, cypher: OWNER }, { id: 1n, cypher: KEY.bytes })).toBe("ERR_ENCRYPTED_EDIT");
  });
});

describe("a signed value", () => {
  test("is stored whatever the type's own rules say: what counts is its signature", () => {
    expect(registry.get(0).isSecure).toBe(true);
    expect(mayStore(new Value(SIGNED))).toBe(true);
    expect(mayStore(new Value({ ...SIGNED, data: new Uint8Array(70_000) }))).toBe(true);
  });

  test("is replaced by its owner's next version", () => {
    expect(mayEdit(SIGNED, { ...SIGNED, seq: 6, data: OWNER })).toBe(true);
  });

  test("is replaced by the same version only if the same was signed", () => {
    expect(mayEdit(SIGNED, { ...SIGNED, signature: OWNER })).toBe(true);
    expect(mayEdit(SIGNED, { ...SIGNED, data: OWNER })).toBe("ERR_SEQ_REUSED");
    expect(mayEdit(SIGNED, { ...SIGNED, userType: "x" })).toBe("ERR_SEQ_REUSED");
  });

  test("is not replaced by an older version or another's", () => {
    expect(mayEdit(SIGNED, { ...SIGNED, seq: 4 })).toBe("ERR_SEQ_BACKWARDS");
    expect(mayEdit(SIGNED, { ...SIGNED, seq: 6, owner: Uint8Array.of(0x30, 2) })).toBe("ERR_OWNER_MISMATCH");
  });

  test.each([0, 1, 2, 3, 4, 5, 8, 99])("of type %i is never replaced by an unsigned or encrypted one", (type) => {
    const signed = { ...SIGNED, type };
    expect(mayEdit(signed, { id: 1n, type, data: OWNER })).toBe("ERR_UNSIGNED_EDIT");
    expect(mayEdit(signed, { id: 1n, type, owner: OWNER, seq: 9 })).toBe("ERR_UNSIGNED_EDIT");
    expect(mayEdit(signed, { id: 1n, type, cypher: OWNER })).toBe("ERR_UNSIGNED_EDIT");
    expect(mayEdit(signed, { ...signed, seq: 9, cypher: OWNER })).toMatch(/^ERR_/);
  });
});

describe("a type that nobody registered", () => {
  test("stores whatever the signature, and edits nothing", () => {
    expect(registry.get(99).isSecure).toBe(false);
    expect(mayStore(new Value({ ...SIGNED, type: 99 }))).toBe(true);
    expect(mayEdit({ ...SIGNED, type: 99 }, { ...SIGNED, type: 99, seq: 6 })).toBe("ERR_POLICY");
  });
});

describe("a type of one's own", () => {
  const LIMITED = { id: 77, name: "limited", expirationMs: 1000 };

  test("has its own rules, and those for signed values besides", () => {
    const types = new ValueTypeRegistry();
    types.register({ ...LIMITED, storePolicy: ({ value }) => value.data.length < 3, editPolicy: () => true });
    expect(types.get(77)).toMatchObject({ name: "limited", expirationMs: 1000 });
    expect(mayStore(new Value({ type: 77, data: new Uint8Array(2) }), types)).toBe(true);
    expect(mayStore(new Value({ type: 77, data: new Uint8Array(3) }), types)).toBe("ERR_POLICY");
    expect(mayStore(new Value({ ...SIGNED, type: 77 }), types)).toBe(true);
    expect(mayEdit({ type: 77 }, { type: 77, data: OWNER }, types)).toBe(true);
  });

  test("registered as insecure asks for no signature, and still lets no unsigned value replace a signed one", () => {
    const types = new ValueTypeRegistry();
    types.registerInsecure({ ...LIMITED, editPolicy: () => true });
    expect(types.get(77).isSecure).toBe(false);
    expect(mayStore(new Value({ ...SIGNED, type: 77 }), types)).toBe(true);
    expect(mayEdit({ ...SIGNED, type: 77 }, { ...SIGNED, type: 77, seq: 1 }, types)).toBe(true);
    expect(mayEdit({ ...SIGNED, type: 77 }, { id: 1n, type: 77 }, types)).toBe("ERR_UNSIGNED_EDIT");
  });

  test("may give another value to store", () => {
    const types = new ValueTypeRegistry();
    types.register({ ...LIMITED, storePolicy: ({ value }) => value.withData(OWNER) });
    expect(mayStore(new Value({ type: 77 }), types)).toMatchObject({ data: OWNER });
  });
});

describe("a DHT message", () => {
  test("needs a service with a name, if it is one", () => {
    expect(mayStore(DhtMessage.encode({ service: "s", data: OWNER }))).toBe(true);
    expect(mayStore(DhtMessage.encode({ service: "", data: OWNER }))).toBe("ERR_POLICY");
    expect(mayStore(new Value({ type: 1, data: OWNER }))).toBe(true);
    expect(mayStore(DhtMessage.encode({ service: "s", data: new Uint8Array(65_536) }))).toBe("ERR_POLICY");
  });
});

describe("a service announcement", () => {
  const announce = (text: string) => {
    const address = SockAddr.parse(text) ?? expect.unreachable("an address");
    return IpServiceAnnouncement.encode({ address });
  };

  test("is stored with the address that it came from, and its own port", () => {
    const stored = mayStore(announce("8.8.8.8:80"));
    expect(stored instanceof Value && `${stored.unpack(IpServiceAnnouncement).address}`).toBe("10.1.2.3:80");
  });

  test("of our own is stored as it is", () => {
    const value = announce("[2001:db8::1]:80");
    expect(registry.get(2).storePolicy({ ...storing(value), address: undefined })).toBe(true);
    expect(`${value.unpack(IpServiceAnnouncement).address}`).toBe("[2001:db8::1]:80");
  });

  test("without a port, or without an address, is refused", () => {
    expect(mayStore(announce("8.8.8.8:0"))).toBe("ERR_POLICY");
    expect(mayStore(new Value({ type: 2, data: Uint8Array.of(0xc4, 0) }))).toBe("ERR_POLICY");
    expect(mayStore(new Value({ type: 2 }))).toBe("ERR_POLICY");
  });
});
