import { generateEcIdentity, generateIdentity, generateNodeIdentity, TrustList } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { hex } from "../vectors.ts";

const BITS = 2048; // the default of 4096 takes seconds to make; even these take long on a busy machine

describe("a generated identity", { timeout: 60_000 }, () => {
  test("is its own authority for ten years", async () => {
    const { key, certificate } = await generateIdentity("alice", { bits: BITS });
    expect(key.publicKey).toMatchObject({ kind: "rsa", bits: BITS });
    expect(certificate.publicKey.equals(key.publicKey)).toBe(true);
    expect(certificate.subject.commonName).toBe("alice");
    expect(certificate.isCa).toBe(true);
    expect(certificate.notAfter.getTime() - certificate.notBefore.getTime()).toBe(10 * 365 * 86_400_000);
  });

  test("is a leaf under an issuer, or a lesser authority when asked", async () => {
    const issuer = await generateEcIdentity("root");
    const leaf = await generateIdentity("leaf", { bits: BITS, issuer });
    expect(leaf.certificate.isCa).toBe(false);
    expect(leaf.certificate.issuer?.equals(issuer.certificate)).toBe(true);
    const account = await generateEcIdentity("account", { issuer, isCa: true });
    expect(account.certificate.isCa).toBe(true);
  });

  test("is named dhtnode when no name is given", async () => {
    expect((await generateEcIdentity()).certificate.subject.commonName).toBe("dhtnode");
  });

  test("for a node is an RSA leaf under an elliptic curve authority, as dhtnode makes it", async () => {
    const { ca, identity } = await generateNodeIdentity(BITS);
    expect(ca.key.publicKey).toMatchObject({ kind: "ec", bits: 384 });
    expect(ca.certificate.subject.commonName).toBe("DHT Node CA");
    expect(ca.certificate.isCa).toBe(true);
    expect(identity.certificate.subject.commonName).toBe("DHT Node");
    expect(identity.certificate.subject.uid).toBe(hex(identity.key.publicKey.shortId()));
    expect(identity.certificate.isCa).toBe(false);
    const trust = new TrustList();
    trust.add(ca.certificate);
    expect(trust.verify(identity.certificate).isValid).toBe(true);
  });
});
