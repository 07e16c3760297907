import { constants, generateKeyPairSync, sign } from "node:crypto";
import { MAX_PUBLIC_KEY_BYTES, PrivateKey, PublicKey } from "@hashmere/crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hex, keyOf } from "../vectors.ts";

const key = keyOf("identity/device");
const { publicKey } = key;

describe("a public key", () => {
  test.each([
    ["DER", publicKey.der()],
    ["PEM", publicKey.pem()],
    ["PEM in bytes, with the zero byte that OpenDHT up to 4.2 appends", Buffer.from(`${publicKey.pem()}\0`)],
    ["DER with bytes behind it", Buffer.concat([publicKey.der(), Buffer.alloc(9)])],
  ])("is read from %s", (_, data) => {
    const read = PublicKey.from(data);
    expect(read.equals(publicKey)).toBe(true);
    expect(hex(read.der())).toBe(hex(publicKey.der()));
    expect(read).toMatchObject({ kind: "rsa", bits: 2048 });
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["text", "owner"],
    ["garbage", Buffer.alloc(300, 0x30)],
    ["a claim of two gigabytes", Buffer.from("30847fffffff300d06092a864886f70d0101010500", "hex")],
    ["a key cut short", publicKey.der().subarray(0, 200)],
    ["more than a key can be", Buffer.concat([publicKey.der(), Buffer.alloc(MAX_PUBLIC_KEY_BYTES)])],
    ["a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
  ])("is not read from %s", (_, data) => {
    expect(() => PublicKey.from(data)).toThrow(expect.objectContaining({ code: "ERR_KEY_MALFORMED" }));
  });

  test("is never read from a private key", async () => {
    const pem = await key.serialize();
    expect(() => PublicKey.from(pem)).toThrow(expect.objectContaining({ code: "ERR_KEY_MALFORMED" }));
  });

  test("with an exponent that makes each check expensive is refused", () => {
    const costly = generateKeyPairSync("rsa", { modulusLength: 1024, publicExponent: 65_537 }).publicKey;
    const der = costly.export({ type: "spki", format: "der" });
    const patched = Buffer.from(der.subarray(0, -5)); // without 02 03 01 00 01
    const exponent = Buffer.concat([Buffer.from([0x02, 0x05, 0x7f]), Buffer.alloc(4, 0xff)]);
    const grown = Buffer.concat([patched, exponent]);
    for (const at of [2, 20, 24]) grown.writeUInt8(grown.readUInt8(at) + 2, at); // lengths of the frames around it
    expect(() => PublicKey.from(grown)).toThrow(expect.objectContaining({ code: "ERR_KEY_UNSUPPORTED" }));
  });

  test.each(["x25519", "dsa"] as const)("of type %s is refused", (type) => {
    const pair =
      type === "dsa"
        ? generateKeyPairSync(type, { modulusLength: 2048, divisorLength: 256 })
        : generateKeyPairSync(type);
    const der = pair.publicKey.export({ type: "spki", format: "der" });
    expect(() => PublicKey.from(der)).toThrow(expect.objectContaining({ code: "ERR_KEY_UNSUPPORTED" }));
  });

  test.each([
    ["P-256", "ec", 256, "sha256"],
    ["P-384", "ec", 384, "sha384"],
    ["P-521", "ec", 521, "sha512"],
  ])("on the curve %s is known by its size and suits a digest", (namedCurve, kind, bits, digest) => {
    const der = generateKeyPairSync("ec", { namedCurve }).publicKey.export({ type: "spki", format: "der" });
    const read = PublicKey.from(der);
    expect(read).toMatchObject({ kind, bits });
    expect(read.preferredDigest()).toBe(digest);
  });

  test("of Ed25519 is read, for certificates", () => {
    const der = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" });
    expect(PublicKey.from(der).kind).toBe("ed25519");
  });

  test("is read from garbage never, and garbage never does worse than an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(293), (noise, at) => {
        const damaged = Uint8Array.from(publicKey.der());
        damaged.set(noise.subarray(0, damaged.length - at), at);
        try {
          expect(PublicKey.from(damaged)).toBeInstanceOf(PublicKey);
        } catch (error) {
          expect(error).toHaveProperty("code", expect.stringMatching(/^ERR_KEY_/));
        }
      }),
    );
  });
});

describe("a signature", () => {
  const data = Buffer.from("signed");

  test("is as long as the modulus, the same each time, and valid for its data alone", async () => {
    const signature = await key.sign(data);
    expect(signature).toHaveLength(256);
    expect(hex(await key.sign(data))).toBe(hex(signature));
    expect(await publicKey.checkSignature(data, signature)).toBe(true);
    expect(await publicKey.checkSignature(Buffer.from("singed"), signature)).toBe(false);
    expect(await keyOf("identity/device2").publicKey.checkSignature(data, signature)).toBe(false);
  });

  test.each([0, 1, 255, 257, 4096])("of %i bytes is invalid, not an error", async (length) => {
    expect(await publicKey.checkSignature(data, new Uint8Array(length))).toBe(false);
    expect(publicKey.checkSignatureSync(data, new Uint8Array(length))).toBe(false);
  });

  test("with the PSS padding is refused", async () => {
    const privateKey = await key.serialize();
    const pss = sign("sha512", data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING });
    expect(await publicKey.checkSignature(data, pss)).toBe(false);
  });

  test("of an EC key fits in a certificate, and is refused for a value", async () => {
    const ec = await PrivateKey.generateEc();
    const signature = await ec.sign(data);
    expect(ec.publicKey.checkSignatureWith("sha512", data, signature)).toBe(true);
    expect(await ec.publicKey.checkSignature(data, signature)).toBe(false);
    expect(ec.publicKey.checkSignatureSync(data, signature)).toBe(false);
  });
});
