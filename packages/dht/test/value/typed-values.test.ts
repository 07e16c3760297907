import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import {
  CertificateValue,
  DhtMessage,
  IceCandidates,
  ImMessage,
  IpServiceAnnouncement,
  TrustRequest,
  Value,
} from "../../src/value/index.ts";
import { type Packable, pack } from "../wire/pack.ts";

const BYTES = Uint8Array.of(1, 2);
const refused = expect.objectContaining({ code: "ERR_UNPACK" });
const of = (data: Packable) => new Value({ data: pack(data) });

describe("what a program packs, another unpacks", () => {
  test("messages", () => {
    const message = { service: "s", data: BYTES };
    expect(Value.packed(DhtMessage, message).unpack(DhtMessage)).toEqual(message);
    expect(() => of(["s"]).unpack(DhtMessage)).toThrow(refused);
    expect(() => of([5, BYTES]).unpack(DhtMessage)).toThrow(refused);
  });

  test("service announcements", () => {
    for (const text of ["1.2.3.4:5", "[2001:db8::1]:5"]) {
      const address = SockAddr.parse(text) ?? expect.unreachable("an address");
      expect(`${Value.packed(IpServiceAnnouncement, { address }).unpack(IpServiceAnnouncement).address}`).toBe(text);
    }
    for (const blob of [BYTES, new Uint8Array(16), new Uint8Array(129), Uint8Array.of(2, 0, 1, 1)]) {
      expect(() => of(blob).unpack(IpServiceAnnouncement)).toThrow(refused);
    }
  });

  test("instant messages", () => {
    const message = {
      id: 2n ** 60n,
      msg: "hi",
      date: 2 ** 33,
      status: 1,
      datatype: "text/plain",
      metadatas: { a: "b" },
    };
    expect(Value.packed(ImMessage, message).unpack(ImMessage)).toEqual(message);
    const defaults = { id: 0n, msg: "", date: 0, status: 0, datatype: "", metadatas: {} };
    expect(of({}).unpack(ImMessage)).toEqual(defaults);
    for (const bad of [
      { msg: 5 },
      { id: "5" },
      { date: "now" },
      { metadatas: { a: 1 } },
      { metadatas: [] },
      [1],
      "text",
    ]) {
      expect(() => of(bad).unpack(ImMessage)).toThrow(refused);
    }
  });

  test("trust requests", () => {
    const request = { service: "s", conversationId: "c", payload: BYTES, confirm: true };
    expect(Value.packed(TrustRequest, request).unpack(TrustRequest)).toEqual(request);
    for (const bad of [{ payload: "text" }, { confirm: 1 }])
      expect(() => of(bad).unpack(TrustRequest)).toThrow(refused);
  });

  test("ICE candidates", () => {
    const candidates = { id: 2n ** 64n - 1n, data: BYTES };
    expect(Value.packed(IceCandidates, candidates).unpack(IceCandidates)).toEqual(candidates);
    for (const bad of [[1], ["1", BYTES], {}]) expect(() => of(bad).unpack(IceCandidates)).toThrow(refused);
  });

  test("certificates, which have value id 1", () => {
    const value = Value.packed(CertificateValue, "-----BEGIN CERTIFICATE-----");
    expect([value.id, value.type, value.unpack(CertificateValue)]).toEqual([1n, 8, "-----BEGIN CERTIFICATE-----"]);
    expect(() => of(5).unpack(CertificateValue)).toThrow(refused);
  });
});

test("packed objects hold on to little more memory than they need", () => {
  const address = SockAddr.ipv4(1, 2);
  const values = [
    Value.pack("hey"),
    Value.packed(DhtMessage, { service: "s", data: BYTES }),
    Value.packed(IpServiceAnnouncement, { address }),
    Value.packed(IceCandidates, { id: 1n, data: BYTES }),
    Value.packed(CertificateValue, "-----BEGIN CERTIFICATE-----"),
  ];
  for (const { data } of values) expect(data.buffer.byteLength).toBeLessThan(data.length + 128);
});

test("what is meant to be signed, or signed and encrypted, is looked for among such values only", () => {
  const plain = new Value({});
  const signed = new Value({ owner: BYTES, signature: BYTES });
  const forMe = new Value({ owner: BYTES, signature: BYTES, recipient: InfoHash.get("me") });
  expect([plain, signed, forMe].map((value) => ImMessage.filter?.(value))).toEqual([false, true, true]);
  expect([plain, signed, forMe].map((value) => TrustRequest.filter?.(value))).toEqual([false, false, true]);
  expect([plain, signed, forMe].map((value) => IceCandidates.filter?.(value))).toEqual([false, false, true]);
});
