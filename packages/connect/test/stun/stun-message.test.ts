import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isStunMessage,
  longTermKey,
  MAX_STUN_MESSAGE_BYTES,
  StunAttributeType,
  StunBuilder,
  StunMessage,
  StunMethod,
  shortTermKey,
} from "../../src/stun/index.ts";
import { CAPTURED, ICE_MESSAGES, TURN_MESSAGES } from "./captured.ts";

const PASSWORDS = new Map(
  [CAPTURED.session1.ice.caller_ice_msg, CAPTURED.session1.ice.callee_ice_msg].map((text) => {
    const [ufrag = "", pwd = ""] = text.split("\n");
    return [ufrag, pwd];
  }),
);

describe("STUN messages of two real peers", () => {
  const keys = new Map<string, Uint8Array>();
  for (const { bytes } of ICE_MESSAGES) {
    const message = StunMessage.parse(bytes);
    const [receiver = ""] = message?.text(StunAttributeType.USERNAME)?.split(":") ?? [];
    const password = PASSWORDS.get(receiver);
    if (message && password) keys.set(message.transactionKey, shortTermKey(password));
  }

  test("are there", () => expect(ICE_MESSAGES.length).toBeGreaterThan(20));

  test.each(ICE_MESSAGES)(
    "$picture.type $picture.tsx is read, and written again byte for byte",
    ({ bytes, picture }) => {
      const message = parsed(bytes);
      expect(message.attributes.map(({ value }) => toHex(value))).toEqual(picture.attrs.map(([, , hex]) => hex));
      expect(toHex(message.transactionId)).toBe(picture.tsx);
      expect(message.hasFingerprint()).toBe(true);
      const key = keys.get(message.transactionKey);
      if (message.class !== "indication") expect(key && message.isSignedWith(key)).toBe(true);
      expect(rewritten(message, key)).toEqual(bytes);
    },
  );

  test("say from where they were received", () => {
    const response = ICE_MESSAGES.map(({ bytes }) => parsed(bytes)).find((message) => message.class === "success");
    expect(response?.xorAddress(StunAttributeType.XOR_MAPPED_ADDRESS)).toEqual({
      address: "10.77.0.1",
      port: 38236,
      family: 4,
    });
  });
});

describe("STUN messages between a real peer and a TURN server", () => {
  const key = longTermKey("sfl", "sfl", "sfl");

  test.each(TURN_MESSAGES.map((bytes) => [toHex(bytes), bytes]))("%.12s is read, and written again", (_, bytes) => {
    const message = parsed(bytes);
    if (message.has(StunAttributeType.MESSAGE_INTEGRITY)) expect(message.isSignedWith(key)).toBe(true);
    expect(rewritten(message, key)).toEqual(bytes);
  });

  test("an error has a code and a reason", () => {
    const refusal = TURN_MESSAGES.map(parsed).find((message) => message.class === "error");
    expect(refusal?.error).toEqual({ code: 401, reason: "Unauthorized" });
    expect(refusal?.method).toBe(StunMethod.ALLOCATE);
    expect(refusal?.text(StunAttributeType.REALM)).toBe("sfl");
  });
});

describe("a STUN message", () => {
  const id = new Uint8Array(12).fill(7);

  test("with a changed byte is no longer signed", () => {
    const key = shortTermKey("secret");
    const bytes = new StunBuilder("request", StunMethod.BINDING, id).uint32(0x24, 5).integrity(key).build();
    expect(parsed(bytes).isSignedWith(key)).toBe(true);
    expect(parsed(bytes).isSignedWith(shortTermKey("other"))).toBe(false);
    for (let at = 8; at < bytes.length; at++) {
      const spoilt = bytes.slice();
      spoilt[at] = (spoilt[at] ?? 0) ^ 1;
      expect(StunMessage.parse(spoilt)?.isSignedWith(key) ?? false).toBe(false);
    }
  });

  test("that is longer than any that peers send is data", () => {
    const long = new Uint8Array(MAX_STUN_MESSAGE_BYTES + 4);
    long.set(new StunBuilder("request", StunMethod.BINDING, id).build());
    new DataView(long.buffer).setUint16(2, long.length - 20);
    expect(isStunMessage(long)).toBe(false);
    expect(isStunMessage(long.subarray(0, 20))).toBe(false);
  });

  test("can't be told apart from its head alone without its length", () => {
    const bytes = new StunBuilder("request", StunMethod.BINDING, id).text(StunAttributeType.USERNAME, "abcd").build();
    expect(isStunMessage(bytes.subarray(0, 20), bytes.length)).toBe(true);
    expect(isStunMessage(bytes.subarray(0, 20), bytes.length + 1)).toBe(false);
    expect(isStunMessage(bytes.subarray(0, 19))).toBe(false);
  });

  test("of TLS is none", () => {
    for (const type of [0x14, 0x15, 0x16, 0x17]) {
      const record = new Uint8Array(64);
      record.set([type, 3, 3, 0, 59]);
      expect(isStunMessage(record)).toBe(false);
    }
  });

  test("whose attribute claims more than there is, is not read", () => {
    const bytes = new StunBuilder("request", StunMethod.BINDING, id).text(StunAttributeType.USERNAME, "abcd").build();
    bytes[23] = 5;
    expect(StunMessage.parse(bytes)).toBeUndefined();
  });

  test("names the attributes that must be understood and are not", () => {
    const bytes = new StunBuilder("request", StunMethod.BINDING, id).uint32(0x24, 1).flag(0x7777).flag(0x9999).build();
    expect(parsed(bytes).unknownAttributes(new Set([0x24]))).toEqual([0x7777]);
  });

  test("carries any class, method, address and text", () => {
    const address = fc
      .oneof(
        fc.ipV4().map((host) => [host, 4] as const),
        fc.constant(["2001:db8::5:1", 6] as const),
      )
      .chain(([host, family]) => fc.nat(65535).map((port) => ({ address: host, port, family })));
    fc.assert(
      fc.property(
        fc.constantFrom("request", "indication", "success", "error"),
        fc.nat(0xfff),
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        address,
        fc.string({ maxLength: 100 }).filter((text) => !text.endsWith("\0")),
        fc.bigInt(0n, 2n ** 64n - 1n),
        (messageClass, method, transactionId, where, text, tie) => {
          const bytes = new StunBuilder(messageClass, method, transactionId)
            .xorAddress(StunAttributeType.XOR_PEER_ADDRESS, where)
            .text(StunAttributeType.SOFTWARE, text)
            .uint64(StunAttributeType.ICE_CONTROLLED, tie)
            .error(487, "Role Conflict")
            .fingerprint()
            .build();
          const message = parsed(bytes);
          expect([message.class, message.method]).toEqual([messageClass, method]);
          expect(message.transactionId).toEqual(transactionId);
          expect(message.xorAddress(StunAttributeType.XOR_PEER_ADDRESS)).toEqual(where);
          expect(message.text(StunAttributeType.SOFTWARE)).toBe(text);
          expect(message.uint64(StunAttributeType.ICE_CONTROLLED)).toBe(tie);
          expect(message.error).toEqual({ code: 487, reason: "Role Conflict" });
          expect(message.hasFingerprint()).toBe(true);
        },
      ),
    );
  });
});

function parsed(bytes: Uint8Array): StunMessage {
  const message = StunMessage.parse(bytes);
  if (message === undefined) throw new Error(`not read: ${toHex(bytes)}`);
  return message;
}

/** The same message out of its parts: integrity and fingerprint are computed anew. */
function rewritten(message: StunMessage, key: Uint8Array | undefined): Uint8Array {
  const builder = new StunBuilder(message.class, message.method, message.transactionId);
  for (const { type, value } of message.attributes) {
    if (type === StunAttributeType.MESSAGE_INTEGRITY && key) builder.integrity(key);
    else if (type === StunAttributeType.FINGERPRINT) builder.fingerprint();
    else builder.attribute(type, value);
  }
  return builder.build();
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
