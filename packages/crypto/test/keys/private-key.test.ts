import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { inspect } from "node:util";
import { MAX_PRIVATE_KEY_BYTES, PBKDF2_ITERATIONS, PrivateKey } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { keyOf, text, vector } from "../vectors.ts";

const key = keyOf("identity/device");
const nodeKey = createPrivateKey(await key.serialize());
const protectedPem = text(vector("key/encrypted-pkcs8/hunter2").inputs, "private_key_pem");

describe("a private key without password", () => {
  test("is written as PKCS#8 PEM, the same bytes as node:crypto writes", async () => {
    expect(await key.serialize()).toBe(nodeKey.export({ type: "pkcs8", format: "pem" }));
  });

  test.each([
    ["PKCS#8 PEM", nodeKey.export({ type: "pkcs8", format: "pem" })],
    ["PKCS#8 DER", nodeKey.export({ type: "pkcs8", format: "der" })],
    ["PKCS#1 PEM", nodeKey.export({ type: "pkcs1", format: "pem" })],
    ["PEM in bytes, with text around it", Buffer.from(`key:\n${nodeKey.export({ type: "pkcs1", format: "pem" })}\0`)],
  ])("is read from %s", (_, data) => {
    expect(PrivateKey.from(data).publicKey.equals(key.publicKey)).toBe(true);
  });

  test("is read from SEC 1 PEM when it is an EC key", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const read = PrivateKey.from(privateKey.export({ type: "sec1", format: "pem" }));
    expect(read.publicKey).toMatchObject({ kind: "ec", bits: 256 });
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["text", "not a key"],
    ["garbage", Buffer.alloc(500, 0x30)],
    ["PKCS#1 DER", nodeKey.export({ type: "pkcs1", format: "der" })],
    ["a key cut short", nodeKey.export({ type: "pkcs8", format: "der" }).subarray(0, 600)],
    ["PEM without an end", String(nodeKey.export({ type: "pkcs8", format: "pem" })).slice(0, -10)],
    ["a public key", key.publicKey.pem()],
    ["more than a key can be", Buffer.alloc(MAX_PRIVATE_KEY_BYTES + 1, 0x30)],
  ])("is not read from %s", (_, data) => {
    expect(() => PrivateKey.from(data)).toThrow(expect.objectContaining({ code: "ERR_KEY_MALFORMED" }));
  });

  test("of a kind that nobody here uses is refused", () => {
    const { privateKey } = generateKeyPairSync("x25519");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    expect(() => PrivateKey.from(pem)).toThrow(expect.objectContaining({ code: "ERR_KEY_UNSUPPORTED" }));
  });
});

describe("a private key with a password", { timeout: 30_000 }, () => {
  test("is written as PBES2 with many iterations, and read back", async () => {
    const pem = await key.serialize("pässwörd ﬁ");
    expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    const iterations = Buffer.from([
      0x02,
      0x03,
      PBKDF2_ITERATIONS >> 16,
      (PBKDF2_ITERATIONS >> 8) & 0xff,
      PBKDF2_ITERATIONS & 0xff,
    ]);
    expect(Buffer.from(pem.split("\n").slice(1, -2).join(""), "base64").includes(iterations)).toBe(true);
    const read = await PrivateKey.fromEncrypted(pem, "pässwörd ﬁ");
    expect(read.publicKey.equals(key.publicKey)).toBe(true);
  });

  test("is an EC key as well", async () => {
    const ec = await PrivateKey.generateEc();
    const read = await PrivateKey.fromEncrypted(await ec.serialize("pw"), "pw");
    expect(read.publicKey.equals(ec.publicKey)).toBe(true);
  });

  test("is read as DER and in the old OpenSSL form", async () => {
    const der = nodeKey.export({ type: "pkcs8", format: "der", cipher: "aes-192-cbc", passphrase: "pw" });
    const old = nodeKey.export({ type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "pw" });
    for (const data of [der, old]) {
      expect((await PrivateKey.fromEncrypted(data, "pw")).publicKey.equals(key.publicKey)).toBe(true);
    }
  });

  test("needs it", () => {
    expect(() => PrivateKey.from(protectedPem)).toThrow(
      expect.objectContaining({ name: "DecryptError", code: "ERR_KEY_PASSWORD" }),
    );
  });

  test("does not open with another one, and the error keeps it to itself", async () => {
    const error = await PrivateKey.fromEncrypted(protectedPem, "letmein").catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "DecryptError", code: "ERR_KEY_PASSWORD" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("letmein");
  });

  test("takes an empty password for none", async () => {
    await expect(PrivateKey.fromEncrypted(protectedPem, "")).rejects.toMatchObject({ code: "ERR_KEY_PASSWORD" });
    const plain = await PrivateKey.fromEncrypted(await key.serialize(""), "");
    expect(plain.publicKey.equals(key.publicKey)).toBe(true);
  });

  test("must have one when one is given", async () => {
    const opening = PrivateKey.fromEncrypted(await key.serialize(), "pw");
    await expect(opening).rejects.toMatchObject({ code: "ERR_KEY_NOT_ENCRYPTED" });
  });

  test("that takes too long to open is refused at once", async () => {
    const der = Buffer.from(protectedPem.trim().split("\n").slice(1, -1).join(""), "base64");
    const iterations = der.indexOf(Buffer.from([0x02, 0x03, PBKDF2_ITERATIONS >> 16])) + 2;
    der.set([0x7f, 0xff, 0xff], iterations);
    await expect(PrivateKey.fromEncrypted(der, "hunter2")).rejects.toMatchObject({ code: "ERR_KEY_UNSUPPORTED" });
  });
});

describe("the secret of a private key", () => {
  test("does not show when the key is printed or turned into JSON", () => {
    const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key) + String(key);
    expect(shown).not.toMatch(/PRIVATE KEY|\bd:|privateExponent/);
  });

  test("never shows in an error about an unreadable key", () => {
    const secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQ=";
    const pem = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`;
    try {
      PrivateKey.from(pem);
      expect.unreachable();
    } catch (error) {
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
    }
  });
});

describe("generated keys", { timeout: 60_000 }, () => {
  test("are RSA with the exponent 65537, or EC on P-384", async () => {
    expect((await PrivateKey.generate(2048)).publicKey).toMatchObject({ kind: "rsa", bits: 2048 });
    expect((await PrivateKey.generateEc()).publicKey).toMatchObject({ kind: "ec", bits: 384 });
  });

  test("are not weaker than the network accepts", () => {
    expect(() => PrivateKey.generate(1024)).toThrow(RangeError);
    expect(() => PrivateKey.generate(Number.NaN)).toThrow(RangeError);
  });
});
