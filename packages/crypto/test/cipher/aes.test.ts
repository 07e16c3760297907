import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import {
  aesBuildEncrypted,
  aesDecrypt,
  aesEncrypt,
  aesGetEncrypted,
  aesGetKey,
  aesGetSalt,
  stretchKey,
} from "@hashmere/crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hex } from "../vectors.ts";

/** Making a key out of a password takes a second by design, and more on a busy machine. */
const SLOW = { timeout: 60_000 };

const failure = (code: string) => expect.objectContaining({ name: "DecryptError", code });

describe("AES with a raw key", () => {
  test("gives back what went in, 28 bytes longer on the way", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1 }), fc.constantFrom(16, 24, 32), async (data, keySize) => {
        const key = randomBytes(keySize);
        const encrypted = await aesEncrypt(data, key);
        expect(encrypted).toHaveLength(data.length + 28);
        expect(hex(await aesDecrypt(encrypted, key))).toBe(hex(data));
      }),
    );
  });

  test.each([0, 15, 17, 33, 64])("takes no key of %i bytes", async (length) => {
    await expect(aesEncrypt(Buffer.from("x"), new Uint8Array(length))).rejects.toEqual(failure("ERR_AES_KEY_SIZE"));
    await expect(aesDecrypt(new Uint8Array(40), new Uint8Array(length))).rejects.toEqual(failure("ERR_AES_KEY_SIZE"));
  });

  test("notices every changed byte", async () => {
    const key = randomBytes(32);
    const encrypted = await aesEncrypt(Buffer.from("watched"), key);
    for (let index = 0; index < encrypted.length; index++) {
      const changed = Uint8Array.from(encrypted);
      changed[index] = (changed[index] ?? 0) ^ 0x80;
      await expect(aesDecrypt(changed, key)).rejects.toEqual(failure("ERR_DECRYPT"));
    }
  });

  test.each([0, 12, 27, 28])("refuses %i bytes: not even one byte was encrypted", async (length) => {
    await expect(aesDecrypt(new Uint8Array(length), randomBytes(16))).rejects.toEqual(failure("ERR_CIPHER_LENGTH"));
  });

  test("encrypts nothing, which nobody can decrypt, as with OpenDHT", async () => {
    const key = randomBytes(16);
    const encrypted = await aesEncrypt(new Uint8Array(), key);
    expect(encrypted).toHaveLength(28);
    await expect(aesDecrypt(encrypted, key)).rejects.toEqual(failure("ERR_CIPHER_LENGTH"));
  });
});

describe("AES with a password", SLOW, () => {
  test("puts a salt of 16 bytes in front", async () => {
    const salt = Buffer.from("0123456789abcdef");
    const container = await aesEncrypt(Buffer.from("archive"), "pw", salt);
    expect(hex(aesGetSalt(container))).toBe(hex(salt));
    const key = await aesGetKey(container, "pw");
    expect(Buffer.from(await aesDecrypt(aesGetEncrypted(container), key)).toString()).toBe("archive");
    expect(hex(aesBuildEncrypted(aesGetEncrypted(container), aesGetSalt(container)))).toBe(hex(container));
  });

  test("uses another salt each time", async () => {
    const [first, second] = await Promise.all([aesEncrypt(Buffer.from("x"), "pw"), aesEncrypt(Buffer.from("x"), "pw")]);
    expect(hex(aesGetSalt(first))).not.toBe(hex(aesGetSalt(second)));
  });

  test.each([0, 16, 17, 44])("refuses %i bytes before any work is done", async (length) => {
    await expect(aesDecrypt(new Uint8Array(length), "pw")).rejects.toEqual(failure("ERR_CIPHER_LENGTH"));
  });

  test.each([8, 15, 17])("takes no salt of %i bytes: the container could not be read", async (length) => {
    await expect(aesEncrypt(Buffer.from("x"), "pw", new Uint8Array(length))).rejects.toMatchObject({
      code: "ERR_SALT_SIZE",
    });
  });

  test("keeps the password out of the error", async () => {
    const error = await aesDecrypt(randomBytes(60), "letmein").catch((caught: unknown) => caught);
    expect(error).toEqual(failure("ERR_DECRYPT"));
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("letmein");
  });
});

describe("a stretched key", SLOW, () => {
  test("comes with a random salt of 16 bytes and has 64 bytes, when nothing else is asked", async () => {
    const { key, salt } = await stretchKey("pw");
    expect(salt).toHaveLength(16);
    expect(key).toHaveLength(64);
  });

  test.each([20, 48])("of %i bytes is the start of its digest", async (length) => {
    const salt = new Uint8Array(32).fill(7);
    const whole = await stretchKey("pw", salt, length === 20 ? 16 : 64);
    const cut = await stretchKey("pw", salt, length);
    const shared = Math.min(whole.key.length, length);
    expect(hex(cut.key.subarray(0, shared))).toBe(hex(whole.key.subarray(0, shared)));
    expect(cut.key).toHaveLength(length);
  });

  test.each([0, 7])("takes no salt of %i bytes", async (length) => {
    await expect(stretchKey("pw", new Uint8Array(length))).rejects.toMatchObject({ code: "ERR_SALT_SIZE" });
  });
});
