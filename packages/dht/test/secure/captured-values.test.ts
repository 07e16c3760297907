import { describe, expect, test } from "vitest";
import {
  bytes,
  certificateOf,
  hex,
  keyOf,
  number,
  text,
  texts,
  type Vector,
  vector,
  vectorsUnder,
} from "../../../crypto/test/vectors.ts";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { checkSignature, decryptValue, encryptValue, signValue } from "../../src/secure/index.ts";
import {
  CertificateValue,
  DhtMessage,
  IceCandidates,
  ImMessage,
  IpServiceAnnouncement,
  TrustRequest,
  Value,
  ValueTypeRegistry,
} from "../../src/value/index.ts";

// Values that OpenDHT 2.4.12 and 4.3 made, and what they say of them.

const named = (vectors: readonly Vector[]) => vectors.map((each) => [each.name, each] as const);

describe("signed values", () => {
  test.each(named(vectorsUnder("value/signed/").filter(({ inputs }) => "signer" in inputs)))(
    "%s is made byte for byte",
    async (_, { inputs, output }) => {
      const value = new Value({
        id: BigInt(text(inputs, "id")),
        type: number(inputs, "type"),
        data: bytes(inputs, "data_hex"),
        userType: text(inputs, "user_type"),
        seq: number(inputs, "seq"),
        recipient: InfoHash.tryFromHex(text(inputs, "recipient")),
        priority: number(inputs, "priority"),
      });
      const signed = await signValue(value, keyOf(text(inputs, "signer")));
      expect(hex(signed.getToSign())).toBe(text(output, "to_sign_hex"));
      expect(hex(signed.getPacked())).toBe(text(output, "packed_hex"));
      expect(await checkSignature(Value.fromPacked(bytes(output, "packed_hex")))).toBe(true);
    },
  );

  test("one that was changed is not valid, nor is one without signature", async () => {
    const { inputs } = vector("value/signed/plain-tampered");
    expect(await checkSignature(Value.fromPacked(bytes(inputs, "packed_hex")))).toBe(false);
    expect(await checkSignature(new Value({ id: 1n }))).toBe(false);
  });
});

describe("encrypted values", () => {
  const received = ({ inputs }: Vector) =>
    decryptValue(Value.fromPacked(bytes(inputs, "packed_hex")), keyOf(text(inputs, "recipient")));

  test.each(["value/encrypted/text", "value/encrypted/typed"])("%s is read", async (name) => {
    const { inputs, output } = vector(name);
    const value = await received(vector(name));
    expect(hex(value.getToSign())).toBe(text(output, "to_sign_hex"));
    expect(hex(value.getToEncrypt())).toBe(text(output, "decrypted_body_hex"));
    expect(value).toMatchObject({
      id: BigInt(text(output, "id")),
      type: number(output, "type"),
      userType: text(output, "user_type"),
      seq: number(output, "seq"),
    });
    expect(hex(value.data)).toBe(text(output, "data_hex"));
    expect(value.ownerId?.toString()).toBe(hex(keyOf(text(inputs, "signer")).publicKey.shortId()));
  });

  test("one that another program made is read", async () => {
    const { output } = vector("value/encrypted/made-by-node");
    const value = await received(vector("value/encrypted/made-by-node"));
    expect(hex(value.data)).toBe(text(output, "data_hex"));
    expect(value.ownerId?.toString()).toBe(text(output, "owner"));
  });

  test.each([
    ["value/encrypted/text-other-key", "ERR_DECRYPT"],
    ["value/encrypted/typed-other-key", "ERR_DECRYPT"],
    ["value/encrypted/recipient-mismatch", "ERR_RECIPIENT_MISMATCH"],
    ["value/encrypted/unsigned-inside", "ERR_RECIPIENT_MISMATCH"],
  ])("%s is refused", async (name, code) => {
    await expect(received(vector(name))).rejects.toMatchObject({ code });
  });

  test("what we encrypt, the recipient reads", async () => {
    const [from, to] = [keyOf("identity/device"), keyOf("identity/device2")];
    const value = new Value({ id: 3n, type: 5, data: Uint8Array.of(1, 2), seq: 4, priority: 1, pushType: "audioCall" });
    const encrypted = await encryptValue(value, from, to.publicKey);
    expect(encrypted).toMatchObject({ id: 3n, type: 0, seq: 0, priority: 1, pushType: "audioCall", owner: undefined });
    expect(await decryptValue(Value.fromPacked(encrypted.getPacked()), to)).toMatchObject({
      id: 3n,
      type: 5,
      data: Uint8Array.of(1, 2),
      seq: 4,
      pushType: "audioCall",
    });
  });

  test("are signed and encrypted once only, and what isn't encrypted is not decrypted", async () => {
    const key = keyOf("identity/device");
    const encrypted = new Value({ id: 1n, cypher: Uint8Array.of(1) });
    await expect(signValue(encrypted, key)).rejects.toMatchObject({ code: "ERR_VALUE_ENCRYPTED" });
    await expect(encryptValue(encrypted, key, key.publicKey)).rejects.toMatchObject({ code: "ERR_VALUE_ENCRYPTED" });
    await expect(decryptValue(new Value(), key)).rejects.toMatchObject({ code: "ERR_VALUE_NOT_ENCRYPTED" });
    await expect(decryptValue(encrypted, key)).rejects.toMatchObject({ code: "ERR_CIPHER_LENGTH" });
  });
});

test("a certificate is packed as OpenDHT publishes it", () => {
  const { inputs, output } = vector("value/certificate");
  const value = CertificateValue.encode(certificateOf(text(inputs, "identity")).pem());
  expect(hex(value.getPacked())).toBe(text(output, "packed_hex"));
});

describe("typed values have the layout of OpenDHT", () => {
  const data = (name: string) => text(vector(`type/${name}`).output, "data_hex");

  test("DhtMessage", () => {
    expect(hex(DhtMessage.encode({ service: "svc", data: Uint8Array.of(1, 2) }).data)).toBe(data("DhtMessage"));
  });

  test("ImMessage, with all its fields and with none", () => {
    const full = {
      id: 5n,
      msg: "hello",
      date: 1_500_000_000,
      status: 3,
      datatype: "text/plain",
      metadatas: { k: "v" },
    };
    expect(hex(ImMessage.encode(full).data)).toBe(data("ImMessage/full"));
    const empty = { id: 0n, msg: "", date: 0, status: 0, datatype: "", metadatas: {} };
    expect(hex(ImMessage.encode(empty).data)).toBe(data("ImMessage/empty"));
  });

  test("TrustRequest", () => {
    const request = { service: "svc", conversationId: "conv", payload: Uint8Array.of(0xaa, 0xbb), confirm: true };
    expect(hex(TrustRequest.encode(request).data)).toBe(data("TrustRequest"));
  });

  test("IceCandidates", () => {
    const candidates = { id: 12_345_678_901_234_567_890n, data: Uint8Array.of(0xca, 0xfe) };
    expect(hex(IceCandidates.encode(candidates).data)).toBe(data("IceCandidates"));
  });

  test.each(["127.0.0.1", "::1"])("IpServiceAnnouncement of %s", (host) => {
    const address = SockAddr.parse(host, 4222) ?? expect.unreachable("an address");
    expect(hex(IpServiceAnnouncement.encode({ address }).data)).toBe(data(`IpServiceAnnouncement/${host}`));
  });
});

describe("policies", () => {
  const types = new ValueTypeRegistry();

  /** What becomes of a value that somebody at 127.0.0.9 puts: true, another value, or false. */
  function verdict(value: Value, key: InfoHash): boolean | Value {
    const address = SockAddr.parse("127.0.0.9:9999") ?? expect.unreachable("an address");
    const decision = types.get(value.type).storePolicy({ key, value, from: InfoHash.get("somebody"), address });
    return typeof decision === "string" ? false : decision;
  }

  test.each(named(vectorsUnder("policy/certificate-store/")))("%s", (_, { inputs, output }) => {
    const value = Value.fromPacked(bytes(inputs, "packed_hex"));
    expect(verdict(value, InfoHash.fromHex(text(inputs, "key")))).toBe(output.accepted_4_3);
  });

  test.each(named(vectorsUnder("policy/dhtmessage-store/")))("%s", (_, { inputs, output }) => {
    expect(verdict(Value.fromPacked(bytes(inputs, "packed_hex")), InfoHash.get("key"))).toBe(output.accepted);
  });

  test("policy/ip-service-store: the address is the sender's", () => {
    const { inputs, output } = vector("policy/ip-service-store");
    const kept = verdict(Value.fromPacked(bytes(inputs, "packed_hex")), InfoHash.get("key"));
    expect(kept instanceof Value && hex(kept.data)).toBe(text(output, "stored_data_hex"));
    const portless = vector("policy/ip-service-store-port0").inputs;
    expect(verdict(Value.fromPacked(bytes(portless, "packed_hex")), InfoHash.get("key"))).toBe(false);
  });

  test("policy/default-store-size", () => {
    const { inputs, output } = vector("policy/default-store-size");
    const verdicts = texts(inputs, "sizes").map((size) =>
      verdict(new Value(new Uint8Array(Number(size))), InfoHash.get("key")),
    );
    expect(verdicts).toEqual(output.accepted);
  });
});
