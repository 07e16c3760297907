import { webPushEncrypt } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { WebPushKeys } from "../../src/client/index.ts";
import { vectors } from "../vectors/exchanges.ts";

const { webpush } = vectors;
const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const RECEIVER = {
  privateKey: hex(webpush.receiverPrivateKeyHex),
  publicKey: hex(webpush.receiverPublicKeyHex),
  auth: hex(webpush.authHex),
};

describe("keys of Web Push", () => {
  test.each(webpush.messages)(
    "open what OpenDHT 4.3.1 has encrypted for them: $plaintext",
    async ({ bodyHex, plaintext }) => {
      const keys = await WebPushKeys.from(RECEIVER);
      expect(await keys.open(hex(bodyHex))).toEqual(JSON.parse(plaintext.slice(0, plaintext.lastIndexOf("}") + 1)));
    },
  );

  test("that were just made are told to the proxy as its topic, and open what is encrypted for that", async () => {
    const keys = await WebPushKeys.generate();
    const [p256dh = "", auth = ""] = keys.topic.split("|").map((part) => Buffer.from(part, "base64url"));
    const body = webPushEncrypt(
      { p256dh: Buffer.from(p256dh), auth: Buffer.from(auth) },
      Buffer.from('{"key":"0beec7b5","s":"x"}'),
    );
    expect(await keys.open(body)).toEqual({ key: "0beec7b5", s: "x" });
    const again = await WebPushKeys.from(keys.bytes);
    expect(await again.open(body)).toEqual({ key: "0beec7b5", s: "x" });
  });

  test("open nothing that is for others, was changed or is cut off", async () => {
    const keys = await WebPushKeys.from(RECEIVER);
    const other = await WebPushKeys.generate();
    const body = hex(webpush.messages[0]?.bodyHex ?? "");
    const changed = body.with(-1, 0xff ^ (body.at(-1) ?? 0));
    await expect(other.open(body)).rejects.toMatchObject({ code: "ERR_PUSH_DECRYPT" });
    for (const bad of [changed, body.subarray(0, 86), body.subarray(0, 100), new Uint8Array()])
      await expect(keys.open(bad)).rejects.toMatchObject({ code: "ERR_PUSH_DECRYPT" });
  });

  test("must be keys", async () => {
    const mixed = { ...RECEIVER, privateKey: new Uint8Array(32).fill(1) };
    for (const bad of [mixed, { ...RECEIVER, auth: new Uint8Array(15) }])
      await expect(WebPushKeys.from(bad)).rejects.toMatchObject({ code: "ERR_PUSH_KEYS" });
  });
});
