import { constants, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { PrivateKey } from "@hashmere/crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seal } from "../../src/cipher/aes-gcm.ts";
import { MAX_THREAD_JOBS } from "../../src/thread/crypto-thread.ts";
import { hex, keyOf } from "../vectors.ts";

const key = keyOf("identity/device");
const BLOCK = 256;
const LONGEST_SINGLE = BLOCK - 11;

const failureOf = (cipher: Uint8Array) =>
  key.decrypt(cipher).then(
    () => expect.unreachable("decrypted"),
    (error: unknown) => error,
  );

const wrap = (content: Uint8Array) =>
  publicEncrypt({ key: createPublicKey(key.publicKey.pem()), padding: constants.RSA_PKCS1_PADDING }, content);

const rawBlock = (content: Uint8Array) =>
  publicEncrypt({ key: createPublicKey(key.publicKey.pem()), padding: constants.RSA_NO_PADDING }, content);

describe("encryption with an RSA key", () => {
  test.each([0, 1, 32, LONGEST_SINGLE])("makes one block of %i bytes", async (length) => {
    const data = randomBytes(length);
    const cipher = key.publicKey.encrypt(data);
    expect(cipher).toHaveLength(BLOCK);
    expect(hex(await key.decrypt(cipher))).toBe(hex(data));
  });

  test.each([LONGEST_SINGLE + 1, 1000, 65_536])(
    "makes a hybrid of %i bytes, 28 more than block and data",
    async (length) => {
      const data = randomBytes(length);
      const cipher = key.publicKey.encrypt(data);
      expect(cipher).toHaveLength(BLOCK + length + 28);
      expect(hex(await key.decrypt(cipher))).toBe(hex(data));
    },
  );

  test("gives back what went in, whatever it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (data) => {
        expect(hex(await key.decrypt(key.publicKey.encrypt(data)))).toBe(hex(data));
      }),
      { numRuns: 50 },
    );
  });

  test("never makes the same ciphertext twice", () => {
    const data = randomBytes(300);
    expect(hex(key.publicKey.encrypt(data))).not.toBe(hex(key.publicKey.encrypt(data)));
  });

  test("takes an RSA key", async () => {
    const ec = await PrivateKey.generateEc();
    const refusal = expect.objectContaining({ code: "ERR_KEY_NOT_RSA" });
    expect(() => ec.publicKey.encrypt(new Uint8Array())).toThrow(refusal);
    await expect(ec.decrypt(new Uint8Array(300))).rejects.toEqual(refusal);
  });
});

describe("a ciphertext that is cut short", () => {
  test.each([0, 1, BLOCK - 1, BLOCK + 1, BLOCK + 28])("to %i bytes is refused by its length", async (length) => {
    const cipher = key.publicKey.encrypt(randomBytes(1000)).subarray(0, length);
    expect(await failureOf(cipher)).toMatchObject({ name: "DecryptError", code: "ERR_CIPHER_LENGTH" });
  });
});

describe("every failure that depends on the key", () => {
  const aesKey = randomBytes(32);
  const body = seal(Buffer.from("the data"), aesKey);
  const changed = (bytes: Uint8Array, at: number) =>
    Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
  const failures: readonly (readonly [string, Uint8Array])[] = [
    ["a changed single block", changed(wrap(Buffer.from("short")), 100)],
    ["a single block of a number above the modulus", Buffer.alloc(BLOCK, 0xff)],
    ["a hybrid whose block is above the modulus", Buffer.concat([Buffer.alloc(BLOCK, 0xff), body])],
    ["a hybrid whose block is changed", Buffer.concat([changed(wrap(aesKey), 17), body])],
    ["a hybrid whose padding is wrong", Buffer.concat([rawBlock(Buffer.alloc(BLOCK, 1)), body])],
    ["a hybrid around a key of 20 bytes", Buffer.concat([wrap(randomBytes(20)), body])],
    ["a hybrid around no key", Buffer.concat([wrap(new Uint8Array()), body])],
    ["a hybrid around another key", Buffer.concat([wrap(randomBytes(32)), body])],
    ["a hybrid with a changed nonce", Buffer.concat([wrap(aesKey), changed(body, 0)])],
    ["a hybrid with a changed byte of data", Buffer.concat([wrap(aesKey), changed(body, 12)])],
    ["a hybrid with a changed tag", Buffer.concat([wrap(aesKey), changed(body, body.length - 1)])],
    ["a hybrid for someone else", keyOf("identity/device2").publicKey.encrypt(randomBytes(500))],
  ];

  test("is the same error, so that nothing can be learnt from it", async () => {
    const shapes = await Promise.all(
      failures.map(async ([, cipher]) => {
        const error = await failureOf(cipher);
        expect(error).toMatchObject({ name: "DecryptError", code: "ERR_DECRYPT" });
        return inspect(error).replace(/\n\s+at .*/g, "");
      }),
    );
    expect(new Set(shapes).size).toBe(1);
  });

  test("has no cause that would say more", async () => {
    for (const [, cipher] of failures) expect(await failureOf(cipher)).not.toHaveProperty("cause");
  });
});

describe("the thread for private keys", () => {
  test("refuses more work than it can hold, and goes on with what it has", async () => {
    const cipher = key.publicKey.encrypt(Buffer.from("one of many"));
    const outcomes = await Promise.allSettled(Array.from({ length: MAX_THREAD_JOBS + 10 }, () => key.decrypt(cipher)));
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused).toHaveLength(10);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: "ERR_BUSY" });
    expect(Buffer.from(await key.decrypt(cipher)).toString()).toBe("one of many");
  });

  test("leaves the event loop free while it works", async () => {
    const cipher = key.publicKey.encrypt(Buffer.from("slow"));
    let done = 0;
    const decrypted = Array.from({ length: 100 }, async () => {
      await key.decrypt(cipher);
      done++;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBeLessThan(100);
    await Promise.all(decrypted);
  });
});
