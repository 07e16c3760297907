import { PublicKey } from "@hashmere/crypto";
import { decryptValue, InfoHash, PkId, Value } from "@hashmere/dht";
import { Writer } from "@hashmere/dht/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inboxKey } from "../../src/signalling/index.ts";
import {
  decodeRequest,
  encodeRequest,
  MAX_ICE_MESSAGE_LENGTH,
  type PeerConnectionRequest,
} from "../../src/signalling/peer-connection-request.ts";
import { captured, capturedIdentity } from "../support/captured.ts";
import { fuzzRequests } from "./fuzz-requests.ts";

const { alice, bob } = captured.identities;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe.each([
  ["request", "alice", "bob"],
  ["answer", "bob", "alice"],
] as const)("each captured %s", (kind, from, to) => {
  test.each(captured.signalling[kind].map((message, index) => ({ index, ...message })))(
    "opens, is signed by its sender, and is encoded again as it was: $index",
    async (message) => {
      const stored = Value.fromPacked(Buffer.from(message.stored_value_hex, "hex"));
      expect(stored.pushType).toBe(message.pt ?? "");
      const value = await decryptValue(stored, capturedIdentity(to).key);
      expect(hex(value.getToSign())).toBe(message.signed_body_hex);
      expect(hex(value.data)).toBe(message.data_hex);
      expect(PkId.fromBytes(PublicKey.from(value.owner ?? new Uint8Array()).longId()).toString()).toBe(
        captured.identities[from].device_id,
      );
      expect(`${value.recipient}`).toBe(captured.identities[to].short_id);
      const request = decodeRequest(value.data);
      expect(request).toEqual({
        id: BigInt(message.decoded.id),
        iceMessage: message.decoded.ice_msg,
        isAnswer: message.decoded.isAnswer,
        connectionType: message.decoded.connType,
        isRefusal: false,
      });
      expect(request && hex(encodeRequest(request))).toBe(message.data_hex);
    },
  );
});

test("inboxes are where the captured devices look", () => {
  for (const person of [alice, bob]) {
    expect(`${inboxKey(InfoHash.fromHex(person.short_id))}`).toBe(person.inbox_legacy);
    expect(`${inboxKey(PkId.fromHex(person.device_id))}`).toBe(person.inbox);
  }
});

const requests: fc.Arbitrary<PeerConnectionRequest> = fc.record({
  id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  iceMessage: fc.string({ maxLength: 500 }),
  isAnswer: fc.boolean(),
  connectionType: fc.string({ maxLength: 40 }),
  isRefusal: fc.boolean(),
  chain: fc.option(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), { nil: undefined }),
});

test("what is encoded is decoded", () => {
  fc.assert(
    fc.property(requests, (request) => {
      expect(decodeRequest(encodeRequest(request))).toEqual(request);
    }),
  );
});

test("spoilt requests of real peers are read as what they have become, or not at all", () => {
  expect(fuzzRequests(1, 20_000)).toBeGreaterThan(2000);
});

test("no bytes make the decoder throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      decodeRequest(bytes);
    }),
    { numRuns: 20_000 },
  );
});

const packed = (write: (writer: Writer) => void): Uint8Array => {
  const writer = new Writer(64);
  write(writer);
  return writer.finish();
};

test("keys come in any order, are missing, or mean nothing here; what follows the map doesn't count", () => {
  const bytes = packed((writer) => {
    writer.mapHeader(4);
    writer.uint(7);
    writer.text("a key that is no text");
    writer.text("later");
    writer.arrayHeader(1);
    writer.uint(1);
    writer.text("isAnswer");
    writer.boolean(true);
    writer.text("ice_msg");
    writer.bin(new TextEncoder().encode("as bin"));
    writer.byte(0xc1);
  });
  expect(decodeRequest(bytes)).toEqual({
    id: 0n,
    iceMessage: "as bin",
    isAnswer: true,
    connectionType: "",
    isRefusal: false,
  });
});

test("a known key of the wrong type drops the message", () => {
  const withId = packed((writer) => {
    writer.mapHeader(1);
    writer.text("id");
    writer.text("7");
  });
  expect(decodeRequest(withId)).toBeUndefined();
  expect(decodeRequest(Uint8Array.of(0x91, 0x01))).toBeUndefined();
});

test("a chain of another form is none, and drops nothing", () => {
  for (const [write, chain] of [
    [(writer: Writer) => writer.text("a text"), undefined],
    [(writer: Writer) => writer.arrayHeader(0), []],
    [
      (writer: Writer) => {
        writer.arrayHeader(2);
        writer.uint(7);
        writer.bin(Uint8Array.of(1));
      },
      [Uint8Array.of(1)],
    ],
  ] as const) {
    const bytes = packed((writer) => {
      writer.mapHeader(2);
      writer.text("hashmere-chain");
      write(writer);
      writer.text("id");
      writer.uint(9);
    });
    expect(decodeRequest(bytes)).toMatchObject({ id: 9n, chain });
  }
});

test("a description of any length isn't read", () => {
  const request = { id: 1n, isAnswer: false, connectionType: "", isRefusal: false };
  const iceMessage = "x".repeat(MAX_ICE_MESSAGE_LENGTH);
  expect(decodeRequest(encodeRequest({ ...request, iceMessage }))).toBeDefined();
  expect(decodeRequest(encodeRequest({ ...request, iceMessage: `${iceMessage}x` }))).toBeUndefined();
});

test("a refusal is an answer without candidates, which others take for one that leads nowhere", () => {
  const refusal = { id: 5n, iceMessage: "", isAnswer: true, connectionType: "", isRefusal: true };
  expect(hex(encodeRequest(refusal))).toBe(
    "85a2696405a76963655f6d7367a0a86973416e73776572c3a8636f6e6e54797065a0a772656675736564c3",
  );
});
