import { generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isPublicKeyDer } from "../../src/json/public-key-der.ts";

test("keys of all kinds have the form of a key", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  expect(isPublicKeyDer(der(rsa.publicKey))).toBe(true);
  expect(isPublicKeyDer(der(ec.publicKey))).toBe(true);
});

test("a key that is cut or prolonged has not", () => {
  const key = der(generateKeyPairSync("ed25519").publicKey);
  for (let length = 0; length < key.length; length++) expect(isPublicKeyDer(key.subarray(0, length))).toBe(false);
  expect(isPublicKeyDer(Uint8Array.of(...key, 0))).toBe(false);
});

test("no bytes make it fail", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof isPublicKeyDer(bytes) === "boolean"));
});

function der(key: KeyObject): Uint8Array {
  return key.export({ type: "spki", format: "der" });
}
