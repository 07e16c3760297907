import { createHash } from "node:crypto";
import { certificateKeys, defaultNodeId, PrivateKey } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { hex, keyOf } from "../vectors.ts";

const digest = (algorithm: string, data: Uint8Array | string) => createHash(algorithm).update(data).digest("hex");

describe.each([
  ["RSA", keyOf("identity/device")],
  ["EC", await PrivateKey.generateEc("P-256")],
])("the ids of an %s key", (_, { publicKey }) => {
  test("are the SHA-1 and the SHA-256 of its DER", () => {
    expect(hex(publicKey.shortId())).toBe(digest("sha1", publicKey.der()));
    expect(hex(publicKey.longId())).toBe(digest("sha256", publicKey.der()));
  });

  test("give the two places of its certificate", () => {
    expect(certificateKeys(publicKey).map(hex)).toEqual([hex(publicKey.shortId()), digest("sha1", publicKey.longId())]);
  });

  test("give a node its default id", () => {
    expect(hex(defaultNodeId(publicKey))).toBe(digest("sha1", `node:${hex(publicKey.shortId())}`));
  });
});
