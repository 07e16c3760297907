import { createDecipheriv, createECDH, hkdfSync } from "node:crypto";
import { webPushEncrypt } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";

const base64 = (text: string) => new Uint8Array(Buffer.from(text, "base64url"));

// RFC 8291 §5 and appendix A
const EXAMPLE = {
  payload: "When I grow up, I want to be a watermelon",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  privateKey: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
  salt: "DGv6ra1nlYgDCS1FRnbzlw",
  message:
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};

/** What a browser does with a message: RFC 8188 §2, RFC 8291 §3.4. */
function receive(message: Uint8Array, privateKey: Uint8Array, auth: Uint8Array): string {
  const receiver = createECDH("prime256v1");
  receiver.setPrivateKey(privateKey);
  const salt = message.subarray(0, 16);
  const point = message.subarray(21, 86);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), receiver.getPublicKey(), point]);
  const secret = hkdfSync("sha256", receiver.computeSecret(point), auth, info, 32);
  const key = hkdfSync("sha256", Buffer.from(secret), salt, "Content-Encoding: aes128gcm\0", 16);
  const nonce = hkdfSync("sha256", Buffer.from(secret), salt, "Content-Encoding: nonce\0", 12);
  const decipher = createDecipheriv("aes-128-gcm", Buffer.from(key), Buffer.from(nonce));
  decipher.setAuthTag(message.subarray(-16));
  const record = Buffer.concat([decipher.update(message.subarray(86, -16)), decipher.final()]);
  expect(record.at(-1)).toBe(2);
  return record.subarray(0, -1).toString();
}

describe("web push encryption", () => {
  const subscription = { p256dh: base64(EXAMPLE.p256dh), auth: base64(EXAMPLE.auth) };

  test("makes the message of the standard's example", () => {
    const message = webPushEncrypt(subscription, Buffer.from(EXAMPLE.payload), {
      privateKey: base64(EXAMPLE.privateKey),
      salt: base64(EXAMPLE.salt),
    });
    expect(Buffer.from(message).toString("base64url")).toBe(EXAMPLE.message);
  });

  test.each([0, 1, 4000, 5000])("of %i bytes is one record that the subscriber reads", (length) => {
    const subscriber = createECDH("prime256v1");
    subscriber.generateKeys();
    const auth = new Uint8Array(16).fill(9);
    const payload = "x".repeat(length);
    const message = webPushEncrypt({ p256dh: subscriber.getPublicKey(), auth }, Buffer.from(payload));
    expect(receive(message, subscriber.getPrivateKey(), auth)).toBe(payload);
    const recordSize = new DataView(message.buffer, message.byteOffset).getUint32(16);
    expect(recordSize).toBe(Math.max(4096, length + 17));
  });

  test.each([
    ["a point that is not on the curve", new Uint8Array(65).fill(4), subscription.auth],
    ["a compressed point", new Uint8Array(33).fill(2), subscription.auth],
    ["a short shared secret", subscription.p256dh, new Uint8Array(15)],
  ])("refuses a subscription with %s", (_, p256dh, auth) => {
    expect(() => webPushEncrypt({ p256dh, auth }, new Uint8Array())).toThrow(
      expect.objectContaining({ code: "ERR_WEB_PUSH_KEY" }),
    );
  });

  test("refuses a salt of another length", () => {
    expect(() => webPushEncrypt(subscription, new Uint8Array(), { salt: new Uint8Array(8) })).toThrow(
      expect.objectContaining({ code: "ERR_SALT_SIZE" }),
    );
  });
});
