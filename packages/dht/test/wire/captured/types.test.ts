import { expect, test } from "vitest";
import { SockAddr } from "../../../src/address/index.ts";
import { toHex } from "../../../src/msgpack/index.ts";
import {
  DhtMessage,
  IceCandidates,
  ImMessage,
  IpServiceAnnouncement,
  TrustRequest,
  type TypedValue,
  Value,
} from "../../../src/value/index.ts";
import { bytesOf, TYPES, type Vector } from "./load.ts";

const IM = { id: 5n, msg: "hi", date: 1_700_000_000, status: 0, datatype: "text/plain", metadatas: {} };
const TRUST = { service: "svc", conversationId: "conv", payload: Uint8Array.of(9, 8), confirm: false };
const ADDRESS = SockAddr.parse("10.1.2.3:4222") ?? expect.unreachable("an address");

/** Packs and unpacks the object that the vectors of a kind hold. */
function check<T>(captured: Vector, type: TypedValue<T>, object: T): void {
  expect(toHex(type.encode(object).data)).toBe(captured.hex);
  expect(new Value(bytesOf(captured)).unpack(type)).toEqual(object);
}

test.each(TYPES)("$name has the layout of its type", (captured) => {
  const kind = captured.name.split("-")[1];
  if (kind === "ice") check(captured, IceCandidates, { id: 99n, data: Uint8Array.of(1, 2, 3) });
  else if (kind === "im") check(captured, ImMessage, IM);
  else if (kind === "trust") check(captured, TrustRequest, TRUST);
  else if (kind === "dhtmsg") check(captured, DhtMessage, { service: "svc", data: Uint8Array.of(7) });
  else if (kind === "ipservice") check(captured, IpServiceAnnouncement, { address: ADDRESS });
  else throw new Error(`no type has the layout ${kind}`);
});
